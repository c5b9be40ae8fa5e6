#include "reports/repeats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

std::string point_text(double ms) {
  return std::isinf(ms) ? "no end" : format_ms(ms);
}

}  // namespace

double bounded_share(size_t count) {
  constexpr double doubt = 0.05;
  return std::pow(doubt, 1 / static_cast<double>(count));
}

void write_repeats(std::ostream& out, const std::vector<RunFigures>& runs) {
  std::map<std::string, std::vector<double>> outages;
  for (const RunFigures& run : runs) {
    if (run.verdict == "inconclusive") {
      out << "  " << text::plain(run.name) << " is inconclusive, and left out\n";
      continue;
    }
    for (const auto& [name, figure] : run.figures)
      if (name.starts_with("rto ")) outages[name].push_back(figure);
  }
  for (const auto& [name, points] : outages) {
    std::string all;
    for (const double point : points) all += (all.empty() ? "" : ", ") + point_text(point);
    out << fmt::format(
        "  {}median {}, longest {}: bounds {:.0f}% of such outages with 95% certainty\n"
        "      {}\n",
        text::left(text::plain(name.substr(4, name.size() - 7)), 28), point_text(median_of(points)),
        point_text(std::ranges::max(points)), std::floor(100 * bounded_share(points.size())), all);
  }
}

}  // namespace rehearse
