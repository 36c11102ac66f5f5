// Function calls, with everything that may stand in and behind their parentheses, and windows.
//
// No function is known here: aggregates, window and scalar functions are called alike, and the binder says what fits which.
#include "sql/grammar.h"

namespace trueno::sql {

// name "(" arguments ")" suffixes; the name is passed.
Result<FunctionCall> Grammar::call(QualifiedName name) {
  FunctionCall node;
  node.name = std::move(name);
  TRUENO_TRY(call_arguments(node));
  TRUENO_TRY(call_suffixes(node));
  return node;
}

// "(" [DISTINCT | ALL] [argument {"," argument}] [ORDER BY ...] [IGNORE NULLS | RESPECT NULLS] ")"
Status Grammar::call_arguments(FunctionCall& call) {
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  if (cursor_.accept("DISTINCT"_t)) {
    call.distinct = true;
  } else {
    cursor_.accept("ALL"_t);
  }
  if (!cursor_.at(")"_t)) {
    do {
      if (!call.arguments.empty() && cursor_.at(")"_t)) break;
      call.arguments.push_back(TRUENO_TRY(argument()));
    } while (cursor_.accept(","_t));
  }
  if (cursor_.accept("ORDER"_t, "BY"_t)) call.order_by = TRUENO_TRY(order_items());
  call.nulls = TRUENO_TRY(null_treatment());
  return expect_closing(")"_t, opening);
}

// [name (":=" | "=>")] expression
Result<Argument> Grammar::argument() {
  Argument result;
  if ((at_name() || cursor_.at_kind(TokenKind::kKeyword)) && (cursor_.next_is(":="_t) || cursor_.next_is("=>"_t))) {
    result.name = take_name();
    cursor_.advance();
  }
  if (cursor_.at("VARIADIC"_t)) return not_supported("VARIADIC");
  if (cursor_.at("SELECT"_t)) return unexpected("an argument");
  result.value = TRUENO_TRY(expression_after_star());
  return result;
}

// Inside the parentheses (DuckDB) or behind them (the standard).
Result<NullTreatment> Grammar::null_treatment() {
  if (cursor_.accept("IGNORE"_t, "NULLS"_t)) return NullTreatment::kIgnore;
  if (cursor_.accept("RESPECT"_t, "NULLS"_t)) return NullTreatment::kRespect;
  return NullTreatment::kDefault;
}

// [WITHIN GROUP "(" ORDER BY ... ")"] [FILTER "(" [WHERE] expression ")"] [IGNORE NULLS | RESPECT NULLS] [OVER window]
// These words are not reserved: without what must follow them they are aliases.
Status Grammar::call_suffixes(FunctionCall& call) {
  const std::uint32_t begin = cursor_.begin();
  if (cursor_.accept("WITHIN"_t, "GROUP"_t)) {
    if (!call.order_by.empty())
      return error(ErrorCode::kParser, "an aggregate takes one ORDER BY: between its parentheses or WITHIN GROUP")
          .at(cursor_.span_since(begin));
    const SourceSpan opening = cursor_.current().span;
    TRUENO_TRY(expect("("_t));
    TRUENO_TRY(expect("ORDER"_t));
    TRUENO_TRY(expect("BY"_t));
    call.order_by = TRUENO_TRY(order_items());
    call.within_group = true;
    TRUENO_TRY(expect_closing(")"_t, opening));
  }
  if (cursor_.at("FILTER"_t) && cursor_.next_is("("_t)) {
    cursor_.advance();
    const SourceSpan opening = cursor_.current().span;
    cursor_.advance();
    cursor_.accept("WHERE"_t);
    call.filter = TRUENO_TRY(expression());
    TRUENO_TRY(expect_closing(")"_t, opening));
  }
  if (cursor_.at("EXPORT_STATE"_t)) return not_supported("EXPORT_STATE");
  if (call.nulls == NullTreatment::kDefault) call.nulls = TRUENO_TRY(null_treatment());
  if (!cursor_.at("OVER"_t)) return {};
  const Token& next = cursor_.ahead(1);
  const bool names_window = next.kind == TokenKind::kIdentifier || next.kind == TokenKind::kQuoted;
  if (next.terminal != "("_t && !names_window) return {};
  cursor_.advance();
  call.over = TRUENO_TRY(window_spec());
  return {};
}

// name | "(" [name] [PARTITION BY ...] [ORDER BY ...] [frame] ")"
Result<Owned<WindowSpec>> Grammar::window_spec() {
  auto spec = std::make_unique<WindowSpec>();
  const SourceSpan opening = cursor_.current().span;
  if (cursor_.accept("("_t)) {
    const NestingScope scope(nesting_);
    if (!scope.ok()) return too_deep();
    TRUENO_TRY(window_body(*spec));
    TRUENO_TRY(expect_closing(")"_t, opening));
  } else {
    spec->base = TRUENO_TRY(name(Wanted::kNothing, "the name of a window, or its definition in parentheses"));
    spec->is_reference = true;
  }
  spec->span = cursor_.span_since(opening.begin);
  return Owned<WindowSpec>(std::move(spec));
}

// What is between the parentheses of a window. The first word is the name of another window unless it begins a part.
Status Grammar::window_body(WindowSpec& spec) {
  const Terminal word = cursor_.current().terminal;
  if (at_name() && word != "PARTITION"_t && word != "ROWS"_t && word != "RANGE"_t && word != "GROUPS"_t) spec.base = take_name();
  if (cursor_.accept("PARTITION"_t)) {
    TRUENO_TRY(expect("BY"_t));
    spec.partition_by = TRUENO_TRY(expression_list());
  }
  if (cursor_.accept("ORDER"_t)) {
    TRUENO_TRY(expect("BY"_t));
    spec.order_by = TRUENO_TRY(order_items());
  }
  if (cursor_.at("ROWS"_t) || cursor_.at("RANGE"_t) || cursor_.at("GROUPS"_t)) {
    spec.frame = std::make_unique<WindowFrame>(TRUENO_TRY(window_frame()));
  }
  return {};
}

// (ROWS | RANGE | GROUPS) (BETWEEN bound AND bound | bound) [EXCLUDE ...]
Result<WindowFrame> Grammar::window_frame() {
  WindowFrame frame;
  const Terminal unit = cursor_.current().terminal;
  frame.unit = unit == "ROWS"_t ? FrameUnit::kRows : unit == "RANGE"_t ? FrameUnit::kRange : FrameUnit::kGroups;
  cursor_.advance();
  frame.end.kind = FrameBoundKind::kCurrentRow;
  if (cursor_.accept("BETWEEN"_t)) {
    frame.start = TRUENO_TRY(frame_bound());
    TRUENO_TRY(expect("AND"_t));
    frame.end = TRUENO_TRY(frame_bound());
  } else {
    frame.start = TRUENO_TRY(frame_bound());
  }
  if (cursor_.accept("EXCLUDE"_t)) frame.exclusion = TRUENO_TRY(frame_exclusion());
  return frame;
}

// UNBOUNDED (PRECEDING | FOLLOWING) | CURRENT ROW | expression (PRECEDING | FOLLOWING)
Result<FrameBound> Grammar::frame_bound() {
  FrameBound bound;
  const bool unbounded = cursor_.accept("UNBOUNDED"_t);
  if (!unbounded && cursor_.accept("CURRENT"_t, "ROW"_t)) {
    bound.kind = FrameBoundKind::kCurrentRow;
    return bound;
  }
  if (!unbounded) bound.offset = TRUENO_TRY(expression(Precedence::kOperator));
  if (cursor_.accept("PRECEDING"_t)) {
    bound.kind = unbounded ? FrameBoundKind::kUnboundedPreceding : FrameBoundKind::kPreceding;
  } else if (cursor_.accept("FOLLOWING"_t)) {
    bound.kind = unbounded ? FrameBoundKind::kUnboundedFollowing : FrameBoundKind::kFollowing;
  } else {
    return unexpected("PRECEDING or FOLLOWING");
  }
  return bound;
}

Result<FrameExclusion> Grammar::frame_exclusion() {
  if (cursor_.accept("CURRENT"_t, "ROW"_t)) return FrameExclusion::kCurrentRow;
  if (cursor_.accept("GROUP"_t)) return FrameExclusion::kGroup;
  if (cursor_.accept("TIES"_t)) return FrameExclusion::kTies;
  if (cursor_.accept("NO"_t, "OTHERS"_t)) return FrameExclusion::kNoOthers;
  return unexpected("CURRENT ROW, GROUP, TIES or NO OTHERS");
}

}  // namespace trueno::sql
