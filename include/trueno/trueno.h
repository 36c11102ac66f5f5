// Trueno-DB: an embedded analytics database. SQL over files and in-memory tables; the same bytes on every device.
//
//     auto db = trueno::Database::builder().backend(trueno::Backend::CostBased).build();
//     db->load_table("events", "data/events.parquet");
//     auto result = db->query("SELECT category, sum(value) AS total FROM events GROUP BY category ORDER BY total DESC").execute();
//     for (auto row : result->rows()) print(row.get<std::string>(0), row.get<double>(1));
//
// C++20, standard library only. Nothing throws: what can fail gives an Outcome.
#pragma once

// IWYU pragma: begin_exports
#include "trueno/arrow.h"
#include "trueno/backend.h"
#include "trueno/cancellation.h"
#include "trueno/connection.h"
#include "trueno/database.h"
#include "trueno/diagnosis.h"
#include "trueno/editor.h"
#include "trueno/failure.h"
#include "trueno/outcome.h"
#include "trueno/profile.h"
#include "trueno/query.h"
#include "trueno/result.h"
#include "trueno/value.h"
#include "trueno/version.h"
// IWYU pragma: end_exports
