// Calls, windows and queries as text. Queries stand in parentheses wherever the parser would otherwise group differently: as operands with
// an ORDER BY, LIMIT or WITH of their own, as right operands that are set operations, inside DESCRIBE with a tail.
#include "sql/printer.h"
#include "sql/writer.h"

namespace trueno::sql {

namespace {

std::string_view join_word(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "JOIN ";
    case JoinKind::kLeft: return "LEFT JOIN ";
    case JoinKind::kRight: return "RIGHT JOIN ";
    case JoinKind::kFull: return "FULL JOIN ";
    case JoinKind::kCross: return "CROSS JOIN ";
    case JoinKind::kSemi: return "SEMI JOIN ";
    case JoinKind::kAnti: return "ANTI JOIN ";
    case JoinKind::kPositional: return "POSITIONAL JOIN ";
  }
  return {};
}

std::string_view set_word(SetOperator op) {
  switch (op) {
    case SetOperator::kUnion: return " UNION ";
    case SetOperator::kIntersect: return " INTERSECT ";
    case SetOperator::kExcept: return " EXCEPT ";
  }
  return {};
}

std::string_view unit_word(FrameUnit unit) {
  switch (unit) {
    case FrameUnit::kRows: return "ROWS BETWEEN ";
    case FrameUnit::kRange: return "RANGE BETWEEN ";
    case FrameUnit::kGroups: return "GROUPS BETWEEN ";
  }
  return {};
}

std::string_view exclusion_words(FrameExclusion exclusion) {
  switch (exclusion) {
    case FrameExclusion::kNoOthers: return "";
    case FrameExclusion::kCurrentRow: return " EXCLUDE CURRENT ROW";
    case FrameExclusion::kGroup: return " EXCLUDE GROUP";
    case FrameExclusion::kTies: return " EXCLUDE TIES";
  }
  return {};
}

}  // namespace

std::string print(const Query& query) {
  Writer writer;
  writer.write(query);
  return writer.take();
}

void Writer::argument_list(const std::vector<Argument>& list) {
  this->list(list, [this](const Argument& argument) {
    if (!argument.name.empty()) {
      name(argument.name);
      put(" := ");
    }
    write(*argument.value);
  });
}

// "(" ... ")"
void Writer::arguments(const FunctionCall& call) {
  put(call.distinct ? "(DISTINCT " : "(");
  argument_list(call.arguments);
  if (!call.order_by.empty() && !call.within_group) {
    put(" ORDER BY ");
    order_items(call.order_by);
  }
  put_if(call.nulls == NullTreatment::kIgnore, " IGNORE NULLS");
  put_if(call.nulls == NullTreatment::kRespect, " RESPECT NULLS");
  put(")");
}

void Writer::node(const FunctionCall& n) {
  name(n.name);
  arguments(n);
  if (n.within_group) {
    put(" WITHIN GROUP (ORDER BY ");
    order_items(n.order_by);
    put(")");
  }
  if (n.filter != nullptr) {
    clause(" FILTER (WHERE ", n.filter);
    put(")");
  }
  if (n.over == nullptr) return;
  put(" OVER ");
  window(*n.over);
}

void Writer::order_items(const std::vector<OrderItem>& items) {
  list(items, [this](const OrderItem& item) {
    const Star* star = item.expression->as<Star>();
    if (star != nullptr && *star == Star{}) {
      put("ALL");
    } else {
      write(*item.expression);
    }
    put_if(item.direction == SortDirection::kAscending, " ASC");
    put_if(item.direction == SortDirection::kDescending, " DESC");
    put_if(item.nulls == NullsOrder::kFirst, " NULLS FIRST");
    put_if(item.nulls == NullsOrder::kLast, " NULLS LAST");
  });
}

// name | "(" parts ")"
void Writer::window(const WindowSpec& spec) {
  if (spec.is_reference) return name(spec.base);
  put("(");
  std::string_view separator;
  const auto begin_part = [&](std::string_view words) {
    put(separator);
    put(words);
    separator = " ";
  };
  if (!spec.base.empty()) {
    begin_part("");
    name(spec.base);
  }
  if (!spec.partition_by.empty()) {
    begin_part("PARTITION BY ");
    expressions(spec.partition_by);
  }
  if (!spec.order_by.empty()) {
    begin_part("ORDER BY ");
    order_items(spec.order_by);
  }
  if (spec.frame != nullptr) {
    begin_part(unit_word(spec.frame->unit));
    frame_bound(spec.frame->start);
    put(" AND ");
    frame_bound(spec.frame->end);
    put(exclusion_words(spec.frame->exclusion));
  }
  put(")");
}

void Writer::frame_bound(const FrameBound& bound) {
  clause("", bound.offset);
  switch (bound.kind) {
    case FrameBoundKind::kUnboundedPreceding: put("UNBOUNDED PRECEDING"); break;
    case FrameBoundKind::kPreceding: put(" PRECEDING"); break;
    case FrameBoundKind::kCurrentRow: put("CURRENT ROW"); break;
    case FrameBoundKind::kFollowing: put(" FOLLOWING"); break;
    case FrameBoundKind::kUnboundedFollowing: put("UNBOUNDED FOLLOWING"); break;
  }
}

void Writer::write(const Query& query) {
  with(query.with, query.recursive);
  // The query inside DESCRIBE would take ORDER BY and LIMIT for itself.
  const Describe* described = query.as<Describe>();
  const bool apart = described != nullptr && described->query != nullptr && has_tail(query);
  put_if(apart, "(");
  std::visit([this](const auto& n) { node(n); }, query.body);
  put_if(apart, ")");
  if (!query.order_by.empty()) {
    put(" ORDER BY ");
    order_items(query.order_by);
  }
  clause(" LIMIT ", query.limit);
  put_if(query.limit_percent, " PERCENT");
  clause(" OFFSET ", query.offset);
}

void Writer::with(const std::vector<CommonTable>& tables, bool recursive) {
  if (tables.empty()) return;
  put(recursive ? "WITH RECURSIVE " : "WITH ");
  list(tables, [this](const CommonTable& table) {
    name(table.name);
    optional_names(table.columns);
    put(" AS ");
    put_if(table.materialization == Materialization::kMaterialized, "MATERIALIZED ");
    put_if(table.materialization == Materialization::kNotMaterialized, "NOT MATERIALIZED ");
    put("(");
    write(*table.query);
    put(")");
  });
  put(" ");
}

void Writer::select_items(const std::vector<SelectItem>& items) {
  list(items, [this](const SelectItem& item) {
    write(*item.expression);
    if (item.alias.empty()) return;
    put(" AS ");
    name(item.alias);
  });
}

void Writer::node(const Select& n) {
  put(n.distinct ? "SELECT DISTINCT " : "SELECT ");
  if (!n.distinct_on.empty()) {
    put("ON (");
    expressions(n.distinct_on);
    put(") ");
  }
  select_items(n.items);
  if (!n.from.empty()) {
    put(" FROM ");
    tables(n.from);
  }
  clause(" WHERE ", n.where);
  if (n.group_by.all) put(" GROUP BY ALL");
  if (!n.group_by.elements.empty()) {
    put(" GROUP BY ");
    list(n.group_by.elements, [this](const GroupingElement& element) { grouping_element(element); });
  }
  clause(" HAVING ", n.having);
  if (!n.windows.empty()) {
    put(" WINDOW ");
    list(n.windows, [this](const NamedWindow& window) {
      name(window.name);
      put(" AS ");
      this->window(*window.spec);
    });
  }
  clause(" QUALIFY ", n.qualify);
  if (n.sample == nullptr) return;
  put(" USING SAMPLE ");
  sample(*n.sample);
}

// One expression bare, none or several in parentheses; a row value keeps its word, so it is not taken for a set.
void Writer::grouping_element(const GroupingElement& element) {
  using Kind = GroupingElement::Kind;
  if (element.kind == Kind::kSet) {
    const bool bare = element.expressions.size() == 1;
    put_if(!bare, "(");
    expressions(element.expressions);
    put_if(!bare, ")");
    return;
  }
  put(element.kind == Kind::kRollup ? "ROLLUP (" : element.kind == Kind::kCube ? "CUBE (" : "GROUPING SETS (");
  list(element.elements, [this](const GroupingElement& inner) { grouping_element(inner); });
  put(")");
}

void Writer::node(const Values& n) {
  put("VALUES ");
  list(n.rows, [this](const std::vector<ExpressionPtr>& row) {
    put("(");
    expressions(row);
    put(")");
  });
}

// Without parentheses where the parser would group the same way; a left operand of the very same kind would be merged into its parent.
void Writer::set_operand(const SetOperation& parent, const Query& input, bool first) {
  bool bare = input.with.empty() && !has_tail(input) && (input.as<Select>() != nullptr || input.as<Values>() != nullptr);
  if (const SetOperation* inner = input.as<SetOperation>(); inner != nullptr && first && input.with.empty() && !has_tail(input)) {
    const bool same_level = (inner->op == SetOperator::kIntersect) == (parent.op == SetOperator::kIntersect);
    const bool same_kind = inner->op == parent.op && inner->all == parent.all && inner->by_name == parent.by_name;
    bare = same_level && !same_kind;
  }
  put_if(!bare, "(");
  write(input);
  put_if(!bare, ")");
}

void Writer::node(const SetOperation& n) {
  bool first = true;
  for (const QueryPtr& input : n.inputs) {
    if (!first) {
      put(set_word(n.op));
      put_if(n.all, "ALL ");
      put_if(n.by_name, "BY NAME ");
    }
    set_operand(n, *input, first);
    first = false;
  }
}

void Writer::node(const Describe& n) {
  put(n.summarize ? "SUMMARIZE " : "DESCRIBE ");
  name(n.table);
  if (n.query != nullptr) write(*n.query);
}

void Writer::tables(const std::vector<TableRefPtr>& tables) {
  list(tables, [this](const TableRefPtr& t) { table(*t); });
}

// A join is set apart only when it has an alias or a sample: otherwise these would go to its last table.
void Writer::table(const TableRef& table) {
  const bool named = !table.alias.empty() || table.sample != nullptr;
  const bool apart = named && table.as<Join>() != nullptr;
  put_if(apart, "(");
  std::visit([this](const auto& n) { node(n); }, table.node);
  put_if(apart, ")");
  if (!table.alias.empty()) {
    put(" AS ");
    name(table.alias);
    optional_names(table.column_aliases);
  }
  if (table.sample == nullptr) return;
  put(" TABLESAMPLE ");
  sample(*table.sample);
}

void Writer::sample(const Sample& sample) {
  if (!sample.method.empty()) name(sample.method);
  put("(");
  write(*sample.amount);
  put(sample.percent ? " PERCENT)" : " ROWS)");
  if (sample.seed) put(fmt::format(" REPEATABLE ({})", *sample.seed));
}

void Writer::node(const NamedTable& n) {
  if (n.is_string) return put(quote_string(n.name.last().text));
  name(n.name);
}

void Writer::node(const SubqueryTable& n) {
  put(n.lateral ? "LATERAL (" : "(");
  write(*n.query);
  put(")");
}

void Writer::node(const FunctionTable& n) {
  put_if(n.lateral, "LATERAL ");
  name(n.call.name);
  arguments(n.call);
  put_if(n.with_ordinality, " WITH ORDINALITY");
}

void Writer::node(const Join& n) {
  table(*n.left);
  put(" ");
  put_if(n.natural, "NATURAL ");
  put_if(n.asof, "ASOF ");
  put(join_word(n.kind));
  const bool apart = n.right->as<Join>() != nullptr && n.right->alias.empty() && n.right->sample == nullptr;
  put_if(apart, "(");
  table(*n.right);
  put_if(apart, ")");
  clause(" ON ", n.condition);
  if (n.using_columns.empty()) return;
  put(" USING ");
  names(n.using_columns);
}

}  // namespace trueno::sql
