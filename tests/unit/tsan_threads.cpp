// For ThreadSanitizer alone: threads of C11 as threads of POSIX. librdkafka starts its threads by
// thrd_create, which this sanitizer does not know, so that whatever they call of ours, or of what
// it does know, crashes. The program's own definition is found before the library's.
#if defined(__SANITIZE_THREAD__)

#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>

namespace {

struct Begin {
  thrd_start_t call;
  void* argument;
};

void* run(void* begin) {
  const std::unique_ptr<Begin> own(static_cast<Begin*>(begin));
  return reinterpret_cast<void*>(static_cast<intptr_t>(own->call(own->argument)));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int thrd_create(thrd_t* thread, thrd_start_t call,
                                                       void* argument) {
  auto begin = std::make_unique<Begin>(Begin{call, argument});
  if (pthread_create(thread, nullptr, run, begin.get()) != 0) return thrd_error;
  begin.release();
  return thrd_success;
}

__attribute__((visibility("default"))) int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  if (pthread_join(thread, &returned) != 0) return thrd_error;
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(returned));
  return thrd_success;
}

__attribute__((visibility("default"))) int thrd_detach(thrd_t thread) {
  return pthread_detach(thread) == 0 ? thrd_success : thrd_error;
}

// Its locks of C11 are unknown too: what it does between its own threads looks unguarded.
const char* __tsan_default_suppressions() {
  return "called_from_lib:librdkafka.so\nrace:librdkafka.so\n";
}

}  // extern "C"

#endif
