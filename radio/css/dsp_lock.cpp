#include "radio/css/dsp_lock.h"

namespace earshot::radio {

std::mutex& dsp_lock() {
  static std::mutex lock;
  return lock;
}

}  // namespace earshot::radio
