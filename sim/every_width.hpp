/// \file
/// Loops of the simulator that g++ compiles once for every width of vectors, chosen when the program starts.
/// They use vector types, for what g++ 12 makes of plain loops over complex numbers is slower, and in such
/// clones fused whatever -ffp-contract says; no operation on these types is: the same bits from each. clang
/// 14 wants such functions declared in another way and compiles them for the narrowest vectors alone.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MHO_EVERY_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MHO_EVERY_WIDTH
#endif
