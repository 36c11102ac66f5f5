// What nearly every test beside the code includes. See TruenoPrecompiled.cmake.
#include "precompiled_source.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
