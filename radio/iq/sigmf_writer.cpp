#include <cassert>

#include "radio/iq/dataset_hash.h"
#include "radio/iq/file.h"
#include "radio/iq/recording.h"
#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {
struct SigmfWriter::Impl {
  NewFile data;
  NewFile meta;
  RecordingInfo recording;
  DatasetHash hash;
};

Result<SigmfWriter> SigmfWriter::create(const std::string& stem, SampleFormat format,
                                        double rate_hz, const nlohmann::json& global) {
  Result<NewFile> data = NewFile::create(stem + ".sigmf-data");
  if (!data) return fail(data.error());
  Result<NewFile> meta = NewFile::create(stem + ".sigmf-meta");
  if (!meta) return fail(meta.error());
  RecordingInfo recording;
  recording.format = format;
  recording.rate_hz = rate_hz;
  recording.global = global.is_object() ? global : nlohmann::json::object();
  return SigmfWriter(std::make_unique<Impl>(
      Impl{std::move(*data), std::move(*meta), std::move(recording), DatasetHash()}));
}

SigmfWriter::SigmfWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigmfWriter::SigmfWriter(SigmfWriter&&) noexcept = default;
SigmfWriter& SigmfWriter::operator=(SigmfWriter&&) noexcept = default;
SigmfWriter::~SigmfWriter() = default;

Result<void> SigmfWriter::add_capture(const Capture& capture, ByteView encoded_samples) {
  RecordingInfo& recording = impl_->recording;
  const std::size_t size = bytes_per_sample(recording.format);
  assert(!encoded_samples.empty() && encoded_samples.size() % size == 0);
  if (Result<void> written = impl_->data.write(encoded_samples); !written) return written;
  impl_->hash.add(encoded_samples);
  recording.captures.push_back(capture);
  recording.captures.back().first_sample = recording.sample_count;
  recording.captures.back().sample_count = encoded_samples.size() / size;
  recording.sample_count += recording.captures.back().sample_count;
  return {};
}

Result<void> SigmfWriter::extend_capture(ByteView encoded_samples) {
  RecordingInfo& recording = impl_->recording;
  const std::size_t size = bytes_per_sample(recording.format);
  assert(!recording.captures.empty() && encoded_samples.size() % size == 0);
  if (Result<void> written = impl_->data.write(encoded_samples); !written) return written;
  impl_->hash.add(encoded_samples);
  recording.captures.back().sample_count += encoded_samples.size() / size;
  recording.sample_count += encoded_samples.size() / size;
  return {};
}

void SigmfWriter::annotate(const Annotation& annotation) {
  impl_->recording.annotations.push_back(annotation);
}

Result<void> SigmfWriter::finish() {
  RecordingInfo& recording = impl_->recording;
  if (recording.captures.empty()) return fail(Errc::usage, "a recording without samples");
  Result<void> step =
      impl_->meta.write(as_bytes(finished_sigmf_meta(recording, impl_->hash.hex())));
  if (step) step = impl_->meta.sync();
  if (step) step = impl_->data.sync();
  // The sidecar last: a recording whose sidecar is there has its data there.
  if (step) step = impl_->data.rename();
  if (!step) return step;
  step = impl_->meta.commit();
  if (!step) impl_->data.withdraw();
  return step;
}

Result<void> write_file_whole(const std::string& path, ByteView bytes) {
  Result<NewFile> file = NewFile::create(path);
  if (!file) return fail(file.error());
  if (Result<void> written = file->write(bytes); !written) return written;
  return file->commit();
}

}  // namespace earshot::radio
