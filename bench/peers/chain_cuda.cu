// The chain on a GPU: cuBLAS strided batched Gram, cuSOLVER batched Cholesky and solve, cuBLAS batched triangular
// solve for the diagonal of the inverse. Inputs and outputs stay on the device: transfers are not timed. All arrays
// hold conj(G), conj(z) column-major, which is what BLAS sees in row-major data.
#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cusolverDn.h>

#include <stdexcept>
#include <vector>

#include "../implementation.hpp"

namespace bench {
namespace {

void check(cudaError_t e) {
  if (e != cudaSuccess) throw std::runtime_error(cudaGetErrorString(e));
}
void check(cublasStatus_t s) {
  if (s != CUBLAS_STATUS_SUCCESS) throw std::runtime_error("cuBLAS: status " + std::to_string(s));
}
void check(cusolverStatus_t s) {
  if (s != CUSOLVER_STATUS_SUCCESS) throw std::runtime_error("cuSOLVER: status " + std::to_string(s));
}

/// Device memory.
template <class T>
class device_array {
 public:
  explicit device_array(std::size_t n) : size_(n) {
    if (n != 0) check(cudaMalloc(&data_, n * sizeof(T)));
  }
  ~device_array() { cudaFree(data_); }
  device_array(const device_array&) = delete;
  device_array& operator=(const device_array&) = delete;
  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  void load(const void* from) { check(cudaMemcpy(data_, from, size_ * sizeof(T), cudaMemcpyHostToDevice)); }
  void store(void* to) const { check(cudaMemcpy(to, data_, size_ * sizeof(T), cudaMemcpyDeviceToHost)); }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

unsigned blocks(std::size_t n) { return static_cast<unsigned>((n + 255) / 256); }

__global__ void add_to_diagonals(cuComplex* a, float n0, std::size_t tx, std::size_t count) {
  const std::size_t i = blockIdx.x * std::size_t{256} + threadIdx.x;
  if (i < count) a[i / tx * tx * tx + i % tx * (tx + 1)].x += n0;
}

__global__ void set_identities(cuComplex* a, std::size_t tx, std::size_t count) {
  const std::size_t i = blockIdx.x * std::size_t{256} + threadIdx.x;
  if (i < count) a[i] = make_cuComplex(i % (tx * tx) % (tx + 1) == 0 ? 1.0f : 0.0f, 0.0f);
}

__global__ void conjugate(const cuComplex* from, cuComplex* to, std::size_t count) {
  const std::size_t i = blockIdx.x * std::size_t{256} + threadIdx.x;
  if (i < count) to[i] = make_cuComplex(from[i].x, -from[i].y);
}

/// x from conj(x), its gain and variance from the columns of L^-1: see unbias() of the CPU peers.
__global__ void unbias(cuComplex* x, const cuComplex* inverse, float* variance, float n0, bool mmse, std::size_t tx,
                       std::size_t count) {
  const std::size_t i = blockIdx.x * std::size_t{256} + threadIdx.x;
  if (i >= count) return;
  const cuComplex* column = inverse + i * tx;
  float sum = 0;
  for (std::size_t r = i % tx; r < tx; ++r) sum += column[r].x * column[r].x + column[r].y * column[r].y;
  const float e = n0 * sum, gain = mmse ? 1 / (1 - e) : 1;
  x[i] = make_cuComplex(x[i].x * gain, -x[i].y * gain);
  variance[i] = e * gain;
}

class chain_cuda final : public implementation {
 public:
  explicit chain_cuda(const task& t)
      : task_(t),
        rx_(static_cast<int>(t.rx)),
        tx_(static_cast<int>(t.tx)),
        matrix_(t.problems * (t.mode == mode::cholesky ? t.tx : t.rx) * t.tx),
        received_(t.problems * t.uses * (t.mode == mode::cholesky ? t.tx : t.rx)),
        weights_(t.mode == mode::block168 ? t.problems * t.rx * t.tx : 0),
        h_(t.mode == mode::planes ? t.problems * t.rx * t.tx : 0),
        y_(t.mode == mode::planes ? t.problems * t.rx : 0),
        gram_(t.problems * t.tx * t.tx),
        inverse_(t.problems * t.tx * t.tx),
        estimate_(t.problems * t.uses * t.tx),
        variance_(t.problems * t.tx),
        grams_(t.problems),
        inverses_(t.problems),
        estimates_(t.problems),
        info_(t.problems) {
    check(cublasCreate(&blas_));
    check(cusolverDnCreate(&solver_));
    matrix_.load(t.matrix);
    received_.load(t.received);
    if (t.mode == mode::block168) weights_.load(t.weights);
    const std::size_t square = t.tx * t.tx;
    point(grams_, gram_.data(), square);
    point(inverses_, inverse_.data(), square);
    point(estimates_, estimate_.data(), t.tx);
  }
  ~chain_cuda() override {
    cublasDestroy(blas_);
    cusolverDnDestroy(solver_);
  }

  void run(std::size_t begin, std::size_t end, unsigned) override {
    const std::size_t count = end - begin, tx = task_.tx;
    const int batch = static_cast<int>(count);
    cuComplex *x = estimate_.data() + begin * task_.uses * tx, *gram = gram_.data() + begin * tx * tx;
    if (task_.mode == mode::block168) {
      multiply(begin, batch);
    } else {
      if (task_.mode == mode::cholesky) {
        check(cudaMemcpyAsync(gram, matrix_.data() + begin * tx * tx, count * tx * tx * sizeof(cuComplex),
                              cudaMemcpyDeviceToDevice));
        conjugate<<<blocks(count * tx), 256>>>(received_.data() + begin * tx, x, count * tx);
      } else {
        normal_equations(begin, end);
      }
      check(cusolverDnCpotrfBatched(solver_, CUBLAS_FILL_MODE_LOWER, tx_, grams_.data() + begin, tx_,
                                    info_.data() + begin, batch));
      check(cusolverDnCpotrsBatched(solver_, CUBLAS_FILL_MODE_LOWER, tx_, 1, grams_.data() + begin, tx_,
                                    estimates_.data() + begin, tx_, info_.data() + begin, batch));
      if (task_.mode == mode::cholesky) {
        conjugate<<<blocks(count * tx), 256>>>(x, x, count * tx);
      } else {
        cuComplex* inverse = inverse_.data() + begin * tx * tx;
        const cuComplex one = make_cuComplex(1, 0);
        set_identities<<<blocks(count * tx * tx), 256>>>(inverse, tx, count * tx * tx);
        check(cublasCtrsmBatched(blas_, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N,
                                 CUBLAS_DIAG_NON_UNIT, tx_, tx_, &one, grams_.data() + begin, tx_,
                                 inverses_.data() + begin, tx_, batch));
        unbias<<<blocks(count * tx), 256>>>(x, inverse, variance_.data() + begin * tx, task_.n0,
                                            task_.kind == kind::mmse, tx, count * tx);
      }
    }
    check(cudaDeviceSynchronize());
  }

  void collect() override {
    estimate_.store(task_.estimate);
    if (task_.mode == mode::fresh || task_.mode == mode::planes) variance_.store(task_.variance);
  }

 private:
  static void point(device_array<cuComplex*>& to, cuComplex* first, std::size_t step) {
    std::vector<cuComplex*> pointers(to.size());
    for (std::size_t p = 0; p < pointers.size(); ++p) pointers[p] = first + p * step;
    to.load(pointers.data());
  }

  void multiply(std::size_t begin, int batch) {
    const cuComplex one = make_cuComplex(1, 0), zero = make_cuComplex(0, 0);
    const long long w = static_cast<long long>(task_.rx * task_.tx),
                    y = static_cast<long long>(task_.uses * task_.rx),
                    x = static_cast<long long>(task_.uses * task_.tx);
    const auto offset = static_cast<long long>(begin);
    check(cublasCgemmStridedBatched(blas_, CUBLAS_OP_N, CUBLAS_OP_N, tx_, static_cast<int>(task_.uses), rx_, &one,
                                    weights_.data() + offset * w, tx_, w, received_.data() + offset * y, rx_, y,
                                    &zero, estimate_.data() + offset * x, tx_, x, batch));
  }

  void normal_equations(std::size_t begin, std::size_t end) {
    const std::size_t count = end - begin, tx = task_.tx, channel = task_.rx * tx;
    const int batch = static_cast<int>(count);
    const cuComplex one = make_cuComplex(1, 0), zero = make_cuComplex(0, 0);
    const cuComplex *h = matrix_.data() + begin * channel, *y = received_.data() + begin * task_.rx;
    if (task_.mode == mode::planes) {
      transpose(matrix_.data() + begin, channel, batch, h_.data() + begin * channel);
      transpose(received_.data() + begin, task_.rx, batch, y_.data() + begin * task_.rx);
      h = h_.data() + begin * channel;
      y = y_.data() + begin * task_.rx;
    }
    cuComplex* gram = gram_.data() + begin * tx * tx;
    const auto step = static_cast<long long>(channel);
    check(cublasCgemmStridedBatched(blas_, CUBLAS_OP_N, CUBLAS_OP_C, tx_, tx_, rx_, &one, h, tx_, step, h, tx_, step,
                                    &zero, gram, tx_, static_cast<long long>(tx * tx), batch));
    // conj(z)^T = y^H A^T with A = H^T.
    check(cublasCgemmStridedBatched(blas_, CUBLAS_OP_C, CUBLAS_OP_T, 1, tx_, rx_, &one, y, rx_, rx_, h, tx_, step,
                                    &zero, estimate_.data() + begin * tx, 1, tx_, batch));
    if (task_.kind == kind::mmse) add_to_diagonals<<<blocks(count * tx), 256>>>(gram, task_.n0, tx, count * tx);
  }

  void transpose(const cuComplex* from, std::size_t planes, int batch, cuComplex* to) {
    const cuComplex one = make_cuComplex(1, 0), zero = make_cuComplex(0, 0);
    const int rows = static_cast<int>(planes);
    check(cublasCgeam(blas_, CUBLAS_OP_T, CUBLAS_OP_N, rows, batch, &one, from, static_cast<int>(task_.problems),
                      &zero, to, rows, to, rows));
  }

  task task_;
  int rx_, tx_;
  device_array<cuComplex> matrix_, received_, weights_, h_, y_, gram_, inverse_, estimate_;
  device_array<float> variance_;
  device_array<cuComplex*> grams_, inverses_, estimates_;
  device_array<int> info_;
  cublasHandle_t blas_ = nullptr;
  cusolverDnHandle_t solver_ = nullptr;
};

}  // namespace

std::string cuda_identity() {
  int devices = 0;
  if (const cudaError_t e = cudaGetDeviceCount(&devices); e != cudaSuccess || devices == 0)
    return std::string("no GPU: ") + (e != cudaSuccess ? cudaGetErrorString(e) : "none found");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0));
  return std::string(properties.name) + ", CUDA " + std::to_string(CUDART_VERSION / 1000) + "." +
         std::to_string(CUDART_VERSION % 1000 / 10);
}

made make_chain_cuda(const task& t, unsigned) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) return {nullptr, cuda_identity()};
  if (t.kind == kind::mrc) return {nullptr, "no mrc in this peer"};
  return {std::make_unique<chain_cuda>(t), ""};
}

}  // namespace bench
