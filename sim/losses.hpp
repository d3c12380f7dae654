/// \file
/// How much more SNR a curve needs than its reference for the same bit error rate.
#pragma once

#include <string>
#include <vector>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// Where a curve falls through a bit error rate, and what that costs against its reference. NaN where it does
/// not fall through it between two points with errors.
struct loss {
  std::string id, label;                    ///< of the curve
  std::string reference, reference_label;   ///< of its reference; "" if it has none
  double ber = 0;                           ///< the target
  double snr_db = 0, snr_half_width = 0;    ///< where the curve reaches it; half of the 95 % interval
  double reference_snr_db = 0;              ///< where the reference does
  double loss_db = 0, loss_half_width = 0;  ///< on the chords
  double loss_low = 0, loss_high = 0;       ///< its 95 % interval
  double below_db = 0;  ///< if it is only seen to jump below the target: the SNR where it had no errors
};

/// One a target and curve, in that order; dB in millionths.
///
/// Between the neighbouring points i, j (in SNR) with ber_i >= target > ber_j > 0 the SNR is read off the
/// mean of the parabolas of log10 BER in dB through them and the point before or behind; of several such
/// pairs the first counts. Half of what the parabolas differ by is added to the interval; where there are not
/// two, what the steepest of curves would bend away from its chord: of AWGN's, log10 BER ~ -10^(s / 10), the
/// second derivative is ln 10 / 10 of the first. A loss is the difference on the chords, whose bends the
/// curves share. With L = log10 BER,
/// T = log10 target and D = s_j - s_i a chord crosses at s_i + D (L_i - T) / (L_i - L_j), whose derivatives
/// by the rates are
///
///     a_i = D (T - L_j) / ((L_i - L_j)^2 ber_i ln 10),   a_j = D (L_i - T) / ((L_i - L_j)^2 ber_j ln 10).
///
/// The reference's are b. Points are independent, the two curves of a point are not: both saw the same units,
/// and their covariance C is known from the products of their errors (common random numbers). The delta
/// method gives
///
///     Var(loss) = sum over points of a^2 V + b^2 V_ref - 2 a b C + 2 max(a m, b m_ref)^2
///
/// with V and V_ref the variances of the rates, and m what an errored unit adds to the rate on average. The
/// last term stands for two units more in which the curves differ (the idea of A. Agresti and B. A. Coull,
/// "Approximate is better than 'exact'", Am. Stat. 52(2), 1998): curves that differed in few units or in none
/// are not said to be equal for certain. The interval is loss +- 1.96 sqrt(Var); that of one curve's SNR has
/// b = 0. Infinite where there are too few sets to know.
std::vector<loss> losses(const ber_result& r, const std::vector<double>& targets);

/// The rates at which a scenario's result states losses: 1e-3 and stop.target_ber, falling.
std::vector<double> loss_targets(const stop_settings& stop);

/// "1e-3", "2.5e-6"; 0.05 where it is not small.
std::string rate_in_words(double rate);

/// "12.34 dB +- 0.03", "no errors at 20 dB, add SNRs below it", or "not reached".
std::string snr_in_words(const loss& l);

/// "loses 0.02 dB +- 0.01 against REFERENCE", "gains 0.3 dB +- 0.1 over REFERENCE"; "" without a loss.
std::string loss_in_words(const loss& l);

}  // namespace mho::sim
