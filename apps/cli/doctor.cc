#include "doctor.h"

#include <algorithm>
#include <cstdio>

#include "output.h"

namespace trueno::cli {

namespace {

const char* health_name(Health health) {
  switch (health) {
    case Health::kGood: return "ok";
    case Health::kAbsent: return "absent";
    case Health::kBroken: return "BROKEN";
  }
  return "?";
}

}  // namespace

std::string doctor_text(const std::vector<Finding>& findings) {
  std::string text = "trueno " + std::string(kVersion) + "\n";
  for (const Finding& finding : findings) {
    char line[64];
    std::snprintf(line, sizeof line, "%-7s %-18s ", health_name(finding.health), finding.topic.c_str());
    text += line + finding.text + "\n";
    if (!finding.hint.empty()) text += std::string(27, ' ') + "-> " + finding.hint + "\n";
  }
  return text;
}

ExitCode run_doctor(const Database& database, bool json) {
  const std::vector<Finding> findings = database.diagnose();
  if (json) {
    std::string text;
    for (const Finding& finding : findings)
      text += std::string(text.empty() ? "[" : ",\n") + "{\"topic\":" + json_text(finding.topic) +
              ",\"health\":" + json_text(health_name(finding.health)) + ",\"text\":" + json_text(finding.text) +
              ",\"hint\":" + json_text(finding.hint) + "}";
    std::printf("%s]\n", text.c_str());
  } else {
    std::fputs(doctor_text(findings).c_str(), stdout);
  }
  const bool broken = std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.health == Health::kBroken; });
  return broken ? kExitFailed : kExitOk;
}

}  // namespace trueno::cli
