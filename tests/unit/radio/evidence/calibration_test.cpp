#include "radio/evidence/calibration.h"

#include <gtest/gtest.h>

#include "radio/channel/random.h"

namespace earshot::radio {
namespace {

TEST(Calibration, AGeneratorsLevelTellsFullScale) {
  const Calibration found = calibrate_by_generator(-60, 0.5, -23.4);
  EXPECT_EQ(found.full_scale_cdbm, -3660);
  EXPECT_EQ(found.sigma_cdb, 50);
  EXPECT_EQ(found.provenance, Provenance::signal_generator);
}

// Noise of 290 K behind a noise figure of 6 dB in 1 MS/s is -107.98 dBm.
TEST(Calibration, ThermalNoiseTellsFullScaleInSpiteOfDcAndATone) {
  Samples samples(200000);
  add_noise(samples, {1, 2}, 0, 1e-4);  // -40 dBFS.
  for (std::size_t k = 0; k < samples.size(); ++k) {
    samples[k] +=
        Sample(0.05F, -0.02F) + std::polar(0.1F, static_cast<float>(k % 1000) * 0.0628318531F * 3);
  }
  const auto found = calibrate_by_thermal_noise(samples, 1e6, 6, 1.5);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->full_scale_cdbm, -10798 + 4000, 15);
  EXPECT_EQ(found->sigma_cdb, 150);
  EXPECT_EQ(found->provenance, Provenance::thermal_noise);
}

TEST(Calibration, RefusesSilenceAndTooFewSamples) {
  EXPECT_FALSE(calibrate_by_thermal_noise(Samples(100000), 1e6, 6, 1));
  EXPECT_FALSE(calibrate_by_thermal_noise(Samples(100), 1e6, 6, 1));
}

}  // namespace
}  // namespace earshot::radio
