// The options of the FP32 linear detectors, and which implementation they choose.
#include "detect/linear_fp32.hpp"

#include <mho/targets.hpp>

#include "detect/linear_prepared.hpp"
#include "kernels/single.hpp"
#include "kernels/targets.hpp"

namespace mho {

detector_kind linear_fp32_kind(linear_rule rule, std::string name, std::string summary) {
  option target{"target", std::string("auto"), "",
                "instruction set of the detector's kernels (whitening and LLRs follow MHO_TARGET): see mho "
                "list targets"};
  target.choices = target_choices();
  option along{"lanes", std::string("problem"), "",
               "what lies along a SIMD vector: problem (batches), or antenna (one problem at a time, for low "
               "latency)"};
  along.choices = {"problem", "antenna"};
  return {std::move(name),
          std::move(summary),
          linear_abilities(rule),
          {target, along},
          [rule](const options& o) -> result<std::unique_ptr<detector>> {
            const std::string& wanted = std::get<std::string>(o.at("target"));
            const std::int64_t bit = target_bit(wanted);
            const linear_kernels* kernels = find_linear_kernels(bit);
            if (kernels == nullptr) return {error::unsupported, "target: this machine cannot run " + wanted};
            if (std::get<std::string>(o.at("lanes")) == "antenna")
              return make_linear_single(rule, *kernels, *find_single_kernels(bit));
            return make_linear_packs(rule, *kernels);
          }};
}

}  // namespace mho
