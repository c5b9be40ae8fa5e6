"""Every include is used: something that the header declares is named by who includes it.

Read by words, not by a compiler: a header counts as used when the file names anything that it
declares, so that what is reported here is hardly ever wrong. A source's own header is never asked.
"""

import re

from tree import Finding

from rules.layers import resolve

# Standard headers → what is theirs. A header that is not listed is not asked.
ALGORITHMS = (
    "adjacent_find all_of any_of binary_search clamp copy\\w* count(?:_if)? each equal equal_range "
    "fill(?:_n)? find\\w* for_each\\w* generate\\w* includes inplace_merge is_heap is_permutation "
    "is_sorted\\w* iter_swap lexicographical\\w* lower_bound make_heap max max_element merge min "
    "min_element minmax\\w* mismatch move_backward next_permutation none_of nth_element "
    "partial_sort\\w* partition\\w* pop_heap prev_permutation push_heap remove\\w* replace\\w* "
    "reverse\\w* rotate\\w* sample search\\w* set_\\w+ shuffle sort\\w* stable_\\w+ swap_ranges "
    "transform unique\\w* upper_bound"
).split()


def std(*names):
    return rf"\bstd::(?:{'|'.join(names)})\b"


SYSTEM = {
    "algorithm": std(*ALGORITHMS) + r"|\branges::\w+|std::move\([^()]*\([^()]*\),",
    "array": std("array", "to_array"),
    "arpa/inet.h": r"\b(?:inet_\w+|htons|ntohs|htonl|ntohl)\b",
    "atomic": r"\bstd::(?:atomic\w*|memory_order\w*)\b",
    "cassert": r"\bassert\b",
    "cctype": r"\b(?:isalnum|isalpha|isdigit|isspace|islower|isupper|isxdigit|isprint|ispunct|tolower|toupper)\b",
    "cerrno": r"\berrno\b|\bE[A-Z]{3,}\b|\bEIO\b",
    "charconv": std("from_chars\\w*", "to_chars\\w*", "chars_format"),
    "chrono": r"\bchrono\b|\bchrono_literals\b",
    "cmath": r"\b(?:std::)?(?:abs|ceil|cos|exp|fabs|floor|fmod|hypot|is(?:nan|inf|finite)|l?l?round|log\d*|pow|rint|sin|sqrt|trunc|l?lrint|log1p|expm1|erf|lgamma|INFINITY|NAN)\b",
    "compare": r"<=>|\bstd::\w+_ordering\b",
    "condition_variable": std("condition_variable\\w*", "cv_status"),
    "csignal": r"\bSIG[A-Z]+\b|\bsig\w+\b|\bkill\b|\braise\b",
    "cstdint": r"\bu?int(?:\d+|ptr|max|_fast\d+|_least\d+)_t\b|\bU?INT\d+_\w+\b",
    "cstdio": r"\b(?:std::)?(?:FILE|f?printf|snprintf|fopen|fclose|f?puts|fwrite|fread|fflush|fileno|perror|std(?:out|err|in)|remove|rename|getline|popen|EOF|vsnprintf|sscanf|putchar|setvbuf)\b",
    "cstdlib": r"\b(?:abort|atoi|atol|_?[eE]xit|quick_exit|free|malloc|getenv|setenv|unsetenv|mkdtemp|mkstemp|strtol\w*|strtou?ll?|strtod|EXIT_\w+|system|atexit|realpath|abs|div|secure_getenv)\b",
    "cstring": r"\b(?:mem(?:cpy|cmp|set|move|chr)|str(?:error\w*|len|cmp|ncmp|chr|rchr|cpy|ncpy|str|signal|dup))\b",
    "ctime": r"\b(?:std::)?(?:time_t|tm|timespec|gmtime\w*|localtime\w*|mktime|timegm|strftime|time|clock\w*|CLOCK_\w+|nanosleep)\b",
    "deque": std("deque"),
    "exception": r"\bstd::(?:exception\w*|terminate|current_exception|rethrow_exception|uncaught_exceptions)\b",
    "expected": std("expected", "unexpected", "bad_expected_access", "unexpect"),
    "fcntl.h": r"\bO_[A-Z]+\b|\bF_[A-Z_]+\b|\b(?:open|openat|fcntl|fallocate|posix_fallocate|AT_\w+)\b",
    "filesystem": r"\bfilesystem\b",
    "fmt/format.h": r"\bfmt::(?!print\b)\w+|\bfmt\b",
    "fmt/ranges.h": r"\bfmt::",
    "fstream": std("[io]?fstream", "filebuf"),
    "functional": std("function", "hash", "less", "greater", "plus", "minus", "equal_to", "identity", "ref",
                      "cref", "reference_wrapper", "bind\\w*", "invoke", "mem_fn", "not_fn", "logical_\\w+",
                      "multiplies", "placeholders", "bit_\\w+", "not_equal_to", "less_equal"),
    "future": std("future\\w*", "promise", "async", "packaged_task", "shared_future", "launch"),
    "gmock/gmock.h": r"\b(?:EXPECT_THAT|ASSERT_THAT|MOCK_\w+|EXPECT_CALL)\b|\btesting::(?!Test\b|Values)\w+",
    "iostream": std("c(?:out|err|in|log)"),
    "iterator": std("back_inserter", "(?:istreambuf|istream|ostream|reverse|move|insert)\\w*", "next", "prev",
                    "advance", "distance", "inserter", "front_inserter", "size", "ssize", "begin", "end",
                    "make_move_iterator", "default_sentinel", "contiguous_iterator", "\\w*iterator\\w*",
                    "data", "c?r?begin", "c?r?end", "empty", "iter_\\w+"),
    "limits": std("numeric_limits"),
    "map": std("map", "multimap"),
    "memory": std("unique_ptr", "shared_ptr", "weak_ptr", "make_unique\\w*", "make_shared", "enable_shared_from_this",
                  "addressof", "allocator\\w*", "static_pointer_cast", "dynamic_pointer_cast", "destroy\\w*",
                  "construct_at", "to_address", "uninitialized\\w*", "default_delete", "pointer_traits", "out_ptr"),
    "mutex": std("mutex", "recursive_mutex", "timed_mutex", "lock_guard", "unique_lock", "scoped_lock", "call_once",
                 "once_flag", "defer_lock\\w*", "adopt_lock", "try_to_lock", "lock"),
    "new": std("bad_alloc", "nothrow", "launder", "align_val_t") + r"|\bnew \(",
    "nlohmann/json.hpp": r"\b(?:nlohmann|json|Json|ordered_json)\b",
    "numeric": std("accumulate", "iota", "reduce", "gcd", "lcm", "partial_sum", "inner_product", "midpoint",
                   "transform_reduce", "adjacent_difference", "exclusive_scan", "inclusive_scan"),
    "optional": std("optional", "nullopt\\w*", "make_optional", "bad_optional_access", "in_place"),
    "ostream": std("ostream", "endl", "flush"),
    "poll.h": r"\bpoll\b|\bppoll\b|\bpollfd\b|\bPOLL[A-Z]+\b",
    "random": std("mt19937\\w*", "\\w+_distribution", "random_device", "minstd_rand\\w*", "seed_seq", "\\w+_engine",
                  "generate_canonical"),
    "ranges": r"\b(?:views|ranges)::|\bstd::ranges\b",
    "set": std("set", "multiset"),
    "span": std("span", "as_bytes", "as_writable_bytes", "dynamic_extent"),
    "spdlog/spdlog.h": r"\bspdlog\b",
    "sstream": std("[io]?stringstream", "stringbuf"),
    "stdexcept": std("\\w+_error", "invalid_argument", "out_of_range", "length_error", "domain_error"),
    "stop_token": std("stop_\\w+", "nostopstate"),
    "string": std("string", "w?string", "to_string", "sto\\w+", "getline", "char_traits", "erase", "erase_if",
                  "basic_string", "u\\d+string") + r"|\bstring_literals\b",
    "string_view": std("string_view", "basic_string_view") + r"|\bstring_view_literals\b",
    "system_error": std("error_code", "system_error", "errc", "generic_category", "system_category", "make_error_code",
                        "error_category", "error_condition"),
    "thread": std("thread", "jthread", "this_thread", "stop_token"),
    "tuple": std("tuple\\w*", "tie", "make_tuple", "get", "forward_as_tuple", "apply", "ignore"),
    "type_traits": std("\\w+_[tv]", "is_\\w+", "conditional", "enable_if", "decay", "remove_\\w+", "underlying_type",
                       "common_type", "true_type", "false_type", "integral_constant", "invoke_result", "void_t"),
    "unistd.h": r"\b(?:access|alarm|chdir|chown|close|dup2?|exec\w+|_exit|fork|fsync|fdatasync|ftruncate|getcwd|gete?[ug]id|getp?pid|gethostname|isatty|link|lseek|pause|pipe2?|pread|pwrite|read|readlink|rmdir|setsid|sleep|symlink|sysconf|truncate|unlink|unlinkat|usleep|write|_SC_\w+|ST[DI]\w+_FILENO|[FRWX]_OK|SEEK_\w+|setresuid|setre?[ug]id|setns|environ|syscall|fchown|getppid|pid_t|fexecve|faccessat|ssize_t|fchdir|sync|syncfs|gettid)\b",
    "unordered_map": std("unordered_map", "unordered_multimap"),
    "unordered_set": std("unordered_set", "unordered_multiset"),
    "utility": std("move", "pair", "make_pair", "swap", "exchange", "forward", "declval", "in_place\\w*", "as_const",
                   "cmp_\\w+", "in_range", "to_underlying", "unreachable", "index_sequence\\w*", "integer_sequence",
                   "make_index_sequence", "index_sequence_for", "piecewise_construct", "hash"),
    "variant": std("variant\\w*", "visit", "monostate", "holds_alternative", "get", "get_if", "bad_variant_access"),
    "vector": std("vector", "erase", "erase_if"),
}  # fmt: skip
SYSTEM = {name: re.compile(pattern) for name, pattern in SYSTEM.items()}

DECLARED = [
    re.compile(r"\b(?:struct|class|enum|union|concept|namespace|enum\s+class)\s+(?:\[\[\w+\]\]\s*)?(\w+)"),
    re.compile(r"\busing\s+(\w+)\s*="),
    re.compile(r"\busing\s+[\w:]+::(\w+)\s*;"),
    re.compile(r"^[ \t]*#[ \t]*define\s+(\w+)", re.M),
    re.compile(r"\boperator\s*(\"\"\s*\w+|[^\s\w(]+)"),
    re.compile(r"(?<![.>])\b(\w+)\s*\("),  # functions, and what looks like them
    re.compile(r"(?<=[\w>&*\]])\s+[&*]?(\w+)\s*(?=[;={,\[}])"),  # variables, members, enumerators
    re.compile(r"(?<=[{,])\s*(\w+)\s*(?=[,}=])"),
]
# Words that say nothing about whose they are.
COMMON = set(
    "alignas and auto bool break case catch char class const constexpr continue default delete do double "
    "else enum explicit false final float for friend if inline int long mutable namespace new noexcept not "
    "nullptr operator or override private protected public return short signed sizeof static struct switch "
    "template this throw true try typename union unsigned using virtual void while std rehearse casino "
    "size begin end empty string vector move int64_t uint64_t int32_t uint32_t size_t".split()
)


def declared_by(source):
    names = set()
    for pattern in DECLARED:
        names.update(re.sub(r"\s", "", name) for name in pattern.findall(source.code))
    return names - COMMON


def is_own_header(path, header):
    """x.hpp of x.cpp or of x_test.cpp, wherever it lies."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".cpp").removesuffix("_test")
    return header.rsplit("/", 1)[-1] == stem + ".hpp"


def check(tree):
    names_of = {path: declared_by(s) for path, s in tree.sources.items() if path.endswith(".hpp")}
    for path, source in tree.sources.items():
        words = set(re.findall(r"\w+|[^\s\w(]+", source.code))
        for line, kind, name in source.includes():
            if kind == "system":
                used = name not in SYSTEM or SYSTEM[name].search(source.code)
            else:
                header = resolve(tree, path, name)
                names = names_of.get(header, set())
                used = is_own_header(path, name) or not names or not names.isdisjoint(words)
            if not used:
                yield Finding(path, line, f"{name} is included and not used")


HEADER = "#pragma once\nnamespace rehearse {\nstruct Entry { int amount; };\nint total_of(int a);\n}\n"
GREEN = [
    {"base/a.hpp": HEADER, "base/b.cpp": '#include "base/a.hpp"\nEntry e;\n'},
    {"base/a.hpp": HEADER, "base/b.cpp": '#include "base/a.hpp"\nauto t = total_of(3);\n'},
    {"base/a.hpp": HEADER, "base/a.cpp": '#include "base/a.hpp"\n'},
    {"a.cpp": "#include <vector>\nstd::vector<int> a;\n"},
    {"a.cpp": "#include <netdb.h>\n"},
]
RED = [
    {"base/a.hpp": HEADER, "base/b.cpp": '#include "base/a.hpp"  // here\n// Entry, total_of\nint x;\n'},
    {"a.cpp": "#include <vector>  // here\n// std::vector\n#include <map>\nstd::map<int, int> a;\n"},
]
