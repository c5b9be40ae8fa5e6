// report.html: the whole report as one file that needs no network, no server and no other file. The
// page (reports/html/) is fixed; a run only adds data, which is never markup: it stands in a block
// of JSON that holds no "<", and the page puts it into text alone. Its policy lets nothing be
// loaded, and no script run but the page's own, known by its sum.
#include <openssl/sha.h>

#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "reports/html_page.hpp"
#include "reports/page_data.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

std::string sum_of(std::string_view script) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(script.data()), script.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return "sha256-" + base64_of(digest);
}

// JSON that may stand in a script element: no character of it begins or ends markup.
std::string inert(const std::string& json) {
  std::string text;
  text.reserve(json.size() + json.size() / 16);
  for (const char c : json) {
    switch (c) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += c;
    }
  }
  return text;
}

}  // namespace

void write_html(std::ostream& out, const Report& report) {
  // Text of the outside world may not be UTF-8: shown as replacement characters, never a failure.
  const std::string data =
      page_data_of(report).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  out << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'; img-src data:; script-src '"
      << sum_of(html_page::script) << "'; base-uri 'none'; form-action 'none'\">\n"
      << "<style>" << html_page::style << "</style>\n"
      << html_page::body << "<script type=\"application/json\" id=\"data\">" << inert(data)
      << "</script>\n<script>" << html_page::script << "</script>\n</body>\n</html>\n";
}

}  // namespace rehearse
