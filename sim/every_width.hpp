/// \file
/// Loops of the simulator that are compiled once for every width of vectors, and chosen when the program
/// starts. They use the vectors of both compilers, for what g++ 12 makes of plain loops over complex numbers
/// is slower, and in such clones fused whatever -ffp-contract says; no operation on these vectors is: the
/// same bits from each.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define MHO_EVERY_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MHO_EVERY_WIDTH
#endif
