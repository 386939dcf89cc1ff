// Physical quantities as distinct types where two of them meet, so that adding two powers or
// passing hertz where dBm is meant does not compile. Durations use std::chrono. For configuration,
// channel model and display; signed figures and verdicts are integers in named steps (rssi_cdbm).
#pragma once
#include <compare>

namespace earshot {

template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(double value) : value_(value) {}
  constexpr double value() const { return value_; }
  constexpr auto operator<=>(const Quantity&) const = default;

 private:
  double value_ = 0;
};

using Hertz = Quantity<struct HertzTag>;
using Meters = Quantity<struct MetersTag>;
using Dbm = Quantity<struct DbmTag>;  // Absolute power, reference 1 mW.
using Db = Quantity<struct DbTag>;    // Ratio of two powers.

constexpr Db operator-(Dbm a, Dbm b) { return Db(a.value() - b.value()); }
constexpr Dbm operator+(Dbm power, Db gain) { return Dbm(power.value() + gain.value()); }
constexpr Dbm operator-(Dbm power, Db loss) { return Dbm(power.value() - loss.value()); }
constexpr Db operator+(Db a, Db b) { return Db(a.value() + b.value()); }
constexpr Db operator-(Db a, Db b) { return Db(a.value() - b.value()); }

}  // namespace earshot
