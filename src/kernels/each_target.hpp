/// \file
/// One case a compiled target, for the functions that choose a kernel table. After the kernels of a file:
///
///     #if HWY_ONCE
///     const table* find(std::int64_t target) { switch (target) { MHO_EACH_TARGET(get_table) } return
///     nullptr; } #endif
#pragma once

#include <hwy/detect_targets.h>

#if HWY_TARGETS & HWY_AVX3
#define MHO_CASE_AVX3(get) \
  case HWY_AVX3:           \
    return N_AVX3::get();
#else
#define MHO_CASE_AVX3(get)
#endif
#if HWY_TARGETS & HWY_AVX2
#define MHO_CASE_AVX2(get) \
  case HWY_AVX2:           \
    return N_AVX2::get();
#else
#define MHO_CASE_AVX2(get)
#endif
#if HWY_TARGETS & HWY_SSE4
#define MHO_CASE_SSE4(get) \
  case HWY_SSE4:           \
    return N_SSE4::get();
#else
#define MHO_CASE_SSE4(get)
#endif
#if HWY_TARGETS & HWY_SSSE3
#define MHO_CASE_SSSE3(get) \
  case HWY_SSSE3:           \
    return N_SSSE3::get();
#else
#define MHO_CASE_SSSE3(get)
#endif
#define MHO_CASE_SCALAR(get) \
  case HWY_SCALAR:           \
    return N_SCALAR::get();

#define MHO_EACH_TARGET(get) \
  MHO_CASE_AVX3(get)         \
  MHO_CASE_AVX2(get)         \
  MHO_CASE_SSE4(get)         \
  MHO_CASE_SSSE3(get)        \
  MHO_CASE_SCALAR(get)
