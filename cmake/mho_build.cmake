# How every target of the project is compiled.
#
# -ffp-contract=off: g++ would fuse a multiplication and an addition by itself, clang would not; results must not
# depend on that. -fcx-limited-range is not set: complex products in the library are written out in real arithmetic.
# -Wno-restrict: g++ 12 reports plain std::string code at -O2 (GCC bug 105651).
add_library(mho_uninstrumented INTERFACE)
target_compile_features(mho_uninstrumented INTERFACE cxx_std_20)
target_compile_options(mho_uninstrumented INTERFACE -ffp-contract=off -Wall -Wextra -Wconversion -Wshadow
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${MHO_WERROR}>:-Werror>)
add_library(mho_build INTERFACE)
target_link_libraries(mho_build INTERFACE mho_uninstrumented)
if(MHO_SANITIZE)
  target_compile_options(mho_build INTERFACE -fsanitize=${MHO_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(mho_build INTERFACE -fsanitize=${MHO_SANITIZE})
endif()
# What the fuzz targets look into: the simulator, which reads the files.
add_library(mho_fuzzed INTERFACE)
if(MHO_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "MHO_FUZZ needs clang's libFuzzer, not ${CMAKE_CXX_COMPILER_ID}")
  endif()
  target_compile_options(mho_fuzzed INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(mho_fuzzed INTERFACE -fsanitize=address,undefined)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
