/// \file
/// The LAPACK routines that OpenBLAS has of its own, by their Fortran names.
#pragma once

#include <complex>

extern "C" {
void cpotrf_(const char* uplo, const int* n, std::complex<float>* a, const int* lda, int* info);
void cpotrs_(const char* uplo, const int* n, const int* nrhs, const std::complex<float>* a, const int* lda,
             std::complex<float>* b, const int* ldb, int* info);
void ctrtri_(const char* uplo, const char* diag, const int* n, std::complex<float>* a, const int* lda,
             int* info);
}
