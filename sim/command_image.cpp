#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "commands.hpp"
#include "files.hpp"
#include "for_chunks.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "montage.hpp"
#include "picture.hpp"
#include "plugin.hpp"
#include "refusal.hpp"
#include "result_folder.hpp"
#include "scenario_reader.hpp"
#include "summary.hpp"

namespace mho::sim {
namespace {

void save_picture(const std::string& path, const picture& p) {
  if (const result<bool> saved = write_png(path, p); !saved) throw std::runtime_error(saved.message());
}

std::string decibels(double snr_db) {
  return std::isinf(snr_db) ? "no noise" : fmt::format("{:g} dB", snr_db);
}

}  // namespace

int command_image(const run_arguments& a) {
  load_plugins(a.plugins);
  scenario s = read_scenario(a.scenario, a.sets, a.seed, a.input.empty());
  if (!s.image && a.input.empty())
    throw input_error(a.scenario + ": image: missing; mho image needs an [image] table or --input");
  // The picture belongs to the scenario, whoever named it; a folder's name does not go into results.
  if (!s.image) s.image.emplace();
  if (!a.input.empty()) {
    s.image->file = std::filesystem::path(a.input).filename().string();
    s.image->path = a.input;
  }
  const result<picture> original = read_png(s.image->path);
  if (!original)
    throw a.input.empty() ? refusal(s, "image.file: " + original.message())
                          : input_error("--input: " + original.message());
  s.image->checksum = checksum(*original);
  const bool by_column = s.image->order == "column";
  const std::vector<std::uint8_t> payload = to_bits(*original, by_column);
  run_options options;
  options.threads = a.threads > 0 ? a.threads : available_threads();
  const result<link> made = link::make(s, {options.threads, payload.size()});
  if (!made) throw refusal(s, made.message());
  const std::string folder = a.out.empty() ? "results/" + s.name : a.out;
  if (const auto there = made->channel_sets()) {
    const std::uint64_t bits = made->bits_a_use() * s.link.uses_per_channel,
                        needed = (payload.size() + bits - 1) / bits;
    if (needed > *there)
      throw refusal(s, fmt::format("channel.file: has {} matrices, the picture needs {}", *there, needed));
  }
  json file = result_head(made->settings(), "image", made->draws_gram() ? "gram" : "channel");
  file["complete"] = false;
  file["pictures"] = json::array();
  open_folder(folder, file, a.resume, a.force);

  options.stop = &interrupt_flag();
  const ber_result curves = empty_result(*made);
  std::vector<double> seconds;
  const auto save = [&] {
    write_file(folder + "/result.json", text_of(file));
    write_run(folder, {a.command_line, options.threads, 1, seconds});
  };
  save();
  save_picture(folder + "/original.png", *original);
  std::vector<montage_entry> montage{{"original.png", "original", original->width, original->height}};
  std::string table =
      fmt::format("{}\n{}x{}, {}, {} bits. {}.\n{}.\n\n{:<32} {:>10} {:>13} {:>11} {:>9}\n", s.title,
                  s.link.rx, s.link.tx, s.link.modulation, payload.size(), snr_summary(s),
                  snr_conventions(made->at(0)), "curve", "SNR", "pixel errors", "bit errors", "PSNR dB");
  for (const double snr : s.link.snr) {
    const auto start = std::chrono::steady_clock::now();
    const recovered_bits out = run_payload(*made, made->at(snr), payload, options);
    if (out.interrupted) return interrupted_status;
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    for (std::size_t c = 0; c < curves.curves.size(); ++c) {
      const curve& line = curves.curves[c];
      const picture recovered = from_bits(*original, out.bits[c], by_column);
      const std::string name =
          "recovered-" + line.id + (s.link.snr.size() > 1 ? fmt::format("-{:g}dB", snr) : "") + ".png";
      save_picture(folder + "/" + name, recovered);
      std::uint64_t bit_errors = 0;
      for (std::size_t b = 0; b < payload.size(); ++b) bit_errors += payload[b] != out.bits[c][b];
      const std::uint64_t pixels = pixel_errors(*original, recovered);
      const double psnr = psnr_db(*original, recovered);
      file["pictures"].push_back(
          {{"id", line.id},
           {"label", line.label},
           {"detector", line.detector},
           {"cycles", line.cycles == 0 ? json(nullptr) : json(line.cycles)},
           {"snr_db", std::isfinite(out.point.snr_db) ? json(out.point.snr_db) : json(nullptr)},
           {"file", name},
           {"pixel_errors", pixels},
           {"bit_errors", bit_errors},
           {"psnr_db", std::isfinite(psnr) ? json(psnr) : json(nullptr)}});
      montage.push_back({name,
                         fmt::format("{}\n{}\n{} of {} pixels wrong", line.label, decibels(out.point.snr_db),
                                     pixels, original->width * original->height),
                         original->width, original->height});
      table += fmt::format("{:<32} {:>10} {:>13} {:>11} {:>9}\n", line.label, decibels(out.point.snr_db),
                           pixels, bit_errors, std::isfinite(psnr) ? fmt::format("{:.2f}", psnr) : "exact");
    }
    save();
  }
  file["complete"] = true;
  save();
  std::fputs(a.as_json ? text_of(file).c_str() : table.c_str(), stdout);
  const result<bool> drawn = draw_montage(folder, s, montage, curves.curves.size());
  if (!drawn) fmt::print(stderr, "mho: warning: {}\n", drawn.message());
  if (!a.as_json)
    fmt::print("\nresults in {}: result.json, original.png, recovered-*.png{}\n", folder,
               drawn ? ", montage.png" : "");
  return 0;
}

}  // namespace mho::sim
