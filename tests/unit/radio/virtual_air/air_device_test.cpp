#include "radio/virtual_air/air_device.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "radio/css/receiver.h"
#include "radio/css/waveform.h"

namespace earshot::radio {
namespace {

constexpr long kPatienceUs = 60'000'000;

class AirDeviceTest : public testing::Test {
 protected:
  std::unique_ptr<AirDevice> open(SoapySDR::Kwargs arguments) {
    arguments["ether"] = "device-test-" + std::to_string(::getpid());
    arguments["clock"] = "virtual";
    arguments["start"] = "2026-01-01T00:00:00Z";
    Result<std::unique_ptr<AirDevice>> device = AirDevice::open(arguments);
    EXPECT_TRUE(device) << device.error().detail;
    return *std::move(device);
  }
};

std::string problem(const SoapySDR::Kwargs& arguments) {
  return AirDevice::open(arguments).error().detail;
}

TEST_F(AirDeviceTest, NamesTheArgumentThatIsWrong) {
  EXPECT_EQ(problem({{"gain_dbi", "x"}}),
            "gain_dbi: found \"x\", allowed is a number from -50 to 50");
  EXPECT_EQ(problem({{"clock", "slow"}}), "clock: found \"slow\", allowed: real, virtual");
  EXPECT_NE(problem({{"gain", "3"}}).find("gain: unknown argument; allowed: ether, lat"),
            std::string::npos);
}

TEST_F(AirDeviceTest, RefusesWhatItCannotDoByThrowingAsSoapyWants) {
  const std::unique_ptr<AirDevice> device = open({});
  EXPECT_THROW(device->setupStream(SOAPY_SDR_RX, "CU8", {}, {}), std::runtime_error);
  EXPECT_THROW(device->setSampleRate(SOAPY_SDR_RX, 0, 100), std::runtime_error);
}

// A beacon's frame from one device to another one: 10 km away, both oscillators off.
TEST_F(AirDeviceTest, CarriesAFrameWithItsLevelOffsetAndTimeOfFlight) {
  const auto sender = open({{"x", "10000"}, {"ppm", "3"}});
  const auto listener = open({{"gain_dbi", "2"}, {"nf", "3"}});
  const CssParams params{.spreading_factor = 7};
  const std::vector<std::uint8_t> payload = {1, 2, 3, 4};
  const Samples frame = *modulate(params, payload, 500e3);

  listener->setSampleRate(SOAPY_SDR_RX, 0, 500e3);
  listener->setFrequency(SOAPY_SDR_RX, 0, "RF", 868.2e6, {});
  listener->setGain(SOAPY_SDR_RX, 0, "LNA", 40);
  SoapySDR::Stream* in = listener->setupStream(SOAPY_SDR_RX, "CF32", {}, {});
  ASSERT_EQ(listener->activateStream(in, 0, 0, 0), 0);

  sender->setSampleRate(SOAPY_SDR_TX, 0, 500e3);
  sender->setFrequency(SOAPY_SDR_TX, 0, "RF", 868.1e6, {});
  sender->setGain(SOAPY_SDR_TX, 0, "PA", 14);
  SoapySDR::Stream* out = sender->setupStream(SOAPY_SDR_TX, "CF32", {}, {});
  sender->activateStream(out, 0, 0, 0);
  const long long start = sender->getHardwareTime("") + 100'000'000;
  for (std::size_t at = 0; at < frame.size();) {
    const void* buffers[] = {frame.data() + at};
    int flags = SOAPY_SDR_END_BURST | (at == 0 ? SOAPY_SDR_HAS_TIME : 0);
    const int taken = sender->writeStream(out, buffers, frame.size() - at, flags, start, 0);
    ASSERT_GT(taken, 0);
    at += static_cast<std::size_t>(taken);
  }

  Samples heard;
  long long first = 0;
  while (heard.size() < 150000) {
    Samples piece(4000);
    void* buffers[] = {piece.data()};
    int flags = 0;
    long long time = 0;
    const int count = listener->readStream(in, buffers, piece.size(), flags, time, kPatienceUs);
    ASSERT_GT(count, 0);
    ASSERT_EQ(flags, SOAPY_SDR_HAS_TIME);
    if (heard.empty()) first = time;
    heard.insert(heard.end(), piece.begin(), piece.begin() + count);
  }
  ReceiverConfig config;
  config.rate_hz = 500e3;
  config.centre_hz = 868.2e6;
  config.channels = {{868.1e6}};
  const auto frames = receive(config, heard);
  ASSERT_TRUE(frames && frames->size() == 1);
  const Frame& found = frames->front();
  EXPECT_EQ(found.payload, payload);
  const double loss = path_loss({}, Meters(10000), Hertz(868.1e6), 0).value();
  EXPECT_NEAR(found.rssi_dbfs, 14 - loss + 2 - (-60), 0.3);
  EXPECT_NEAR(found.carrier_offset_hz, 868.1e6 * 3e-6, 5);
  const double flight_ns = static_cast<double>(first - start) + found.start_sample / 500e3 * 1e9;
  // The sender's clock gains 3 ppm of the 100 ms it looked ahead.
  EXPECT_NEAR(flight_ns, 10000 / 0.299792458 - 300, 100);

  std::size_t mask = 0;
  int flags = 0;
  long long end = 0;
  EXPECT_EQ(sender->readStreamStatus(out, mask, flags, end, kPatienceUs), 0);
  EXPECT_EQ(end, start + static_cast<long long>(frame.size()) * 2000);
}

TEST_F(AirDeviceTest, TellsOfABurstThatComesTooLateAndDoesNotSendIt) {
  const auto sender = open({});
  const auto listener = open({});
  SoapySDR::Stream* out = sender->setupStream(SOAPY_SDR_TX, "CF32", {}, {});
  sender->activateStream(out, 0, 0, 0);
  const Samples samples(100, Sample(1, 0));
  const void* buffers[] = {samples.data()};
  int flags = SOAPY_SDR_END_BURST | SOAPY_SDR_HAS_TIME;
  EXPECT_EQ(sender->writeStream(out, buffers, samples.size(), flags, 1, 0), 100);
  std::size_t mask = 0;
  long long end = 0;
  EXPECT_EQ(sender->readStreamStatus(out, mask, flags, end, 0), SOAPY_SDR_TIME_ERROR);
  EXPECT_EQ(sender->readStreamStatus(out, mask, flags, end, 0), SOAPY_SDR_TIMEOUT);
}

class ListeningAirTest : public AirDeviceTest {
 protected:
  // Opens and listens.
  std::unique_ptr<AirDevice> listen(const SoapySDR::Kwargs& arguments) {
    std::unique_ptr<AirDevice> device = open(arguments);
    device->setSampleRate(SOAPY_SDR_RX, 0, 500e3);
    stream_ = device->setupStream(SOAPY_SDR_RX, "CF32", {}, {});
    EXPECT_EQ(device->activateStream(stream_, 0, 0, 0), 0);
    return device;
  }
  // A piece of air: what the read says, and the time of its first sample.
  std::pair<int, long long> read(AirDevice& device) {
    Samples piece(4000);
    void* buffers[] = {piece.data()};
    int flags = 0;
    long long time = 0;
    const int code = device.readStream(stream_, buffers, piece.size(), flags, time, kPatienceUs);
    return {code, time};
  }
  SoapySDR::Stream* stream_ = nullptr;
};

TEST_F(ListeningAirTest, SkipsQuietAirForOneReadWhenItIsTold) {
  const auto device = listen({});
  const long long first = read(*device).second;
  EXPECT_EQ(device->getSettingInfo().at(0).key, "idle_until");
  device->writeSetting("idle_until", std::to_string(first + 1'000'000'000));
  EXPECT_EQ(read(*device), std::make_pair(4000, first + 1'000'000'000));
  EXPECT_EQ(read(*device), std::make_pair(4000, first + 1'008'000'000));
  EXPECT_THROW(device->writeSetting("idle_until", "soon"), std::runtime_error);
  EXPECT_THROW(device->writeSetting("idle", "1"), std::runtime_error);
}

TEST_F(ListeningAirTest, IsGoneWhileItIsUnpluggedAndHoldsNobodyUp) {
  const std::string faults = testing::TempDir() + "air-faults-" + std::to_string(::getpid());
  std::filesystem::create_directories(faults);
  const auto device = listen({{"faults", faults}, {"members", "2"}});
  SoapySDR::Stream* const in = stream_;
  const auto other = listen({{"members", "2"}});
  std::ofstream(faults + "/unplugged") << "";
  EXPECT_EQ(device->activateStream(in, 0, 0, 0), SOAPY_SDR_STREAM_ERROR);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(read(*other).first, 4000);
  EXPECT_EQ(problem({{"faults", faults}}), "unplugged");
  std::filesystem::remove(faults + "/unplugged");
  EXPECT_EQ(device->activateStream(in, 0, 0, 0), 0);
  std::filesystem::remove_all(faults);
}

TEST_F(ListeningAirTest, ItsClockIsOffByWhatTheFaultsSay) {
  const std::string faults = testing::TempDir() + "air-clock-" + std::to_string(::getpid());
  std::filesystem::create_directories(faults);
  const auto device = listen({{"faults", faults}});
  const long long first = read(*device).second;
  std::ofstream(faults + "/clock_ns") << "-60000000000";
  EXPECT_EQ(read(*device).second, first + 8'000'000 - 60'000'000'000);
  std::filesystem::remove(faults + "/clock_ns");
  EXPECT_EQ(read(*device).second, first + 16'000'000);
  std::filesystem::remove_all(faults);
}

}  // namespace
}  // namespace earshot::radio
