#pragma once

// Marks what a shared library of Trueno-DB exports; nothing else is visible.
#if defined(__GNUC__)
#define TRUENO_API __attribute__((visibility("default")))
#else
#define TRUENO_API
#endif
