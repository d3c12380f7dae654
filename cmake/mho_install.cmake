# What `cmake --install` puts where, and what another project finds there: find_package(mho 1.0 [COMPONENTS ..]) and
# mho.pc. All paths in it are relative to the files themselves: the tree may be moved.
#
# Three components, which are the Debian packages too: library (libmho.so.1), development (headers, archives, CMake and
# pkg-config files) and program (mho and its scenarios). A component of find_package is an export set of its own here,
# so that only what is asked for is looked for.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mho)

function(mho_install_target target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT mho_${name}
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(EXPORT mho_${name} FILE mho-${name}.cmake NAMESPACE mho:: DESTINATION ${package_folder}
          COMPONENT development)
endfunction()

mho_install_target(mho_shared mho)
mho_install_target(mho_static static)

# Headers without what they describe would only compile.
set(absent PATTERN config.h.in EXCLUDE)
if(NOT MHO_ANALOG)
  foreach(header adc analog circuit cost netlist)
    list(APPEND absent PATTERN ${header}.hpp EXCLUDE)
  endforeach()
endif()
if(TARGET mho_parallel)
  mho_install_target(mho_parallel parallel)
else()
  list(APPEND absent PATTERN parallel.hpp EXCLUDE)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/mho ${PROJECT_BINARY_DIR}/include/mho
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development ${absent})

if(MHO_SIM)
  mho_install_target(mho_sim sim)
  # What it takes to read a scenario, run it and write its result, and what these headers include.
  foreach(header channels/channel chunk_source conditional engine estimation gram_draw input_error link liquid_modem
          references result result_file scenario scenario_reader snr statistics stopping sweep thread_source)
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${PROJECT_SOURCE_DIR}/sim/${header}.hpp COMPONENT development
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mho/sim/${folder})
  endforeach()

  file(RELATIVE_PATH to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(mho_program PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  install(TARGETS mho_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/mho COMPONENT program)
endif()

# What consumers of mho::sim must find too: the libraries that sim/CMakeLists.txt links and has not in BUILD_INTERFACE.
set(MHO_SIM_PACKAGES PNG fmt nlohmann_json)
if(MHO_SIM)
  get_target_property(libraries mho_sim LINK_LIBRARIES)
  if("MPI::MPI_CXX" IN_LIST libraries)
    list(APPEND MHO_SIM_PACKAGES MPI)
  endif()
  if("PkgConfig::HDF5" IN_LIST libraries)
    list(APPEND MHO_SIM_PACKAGES HDF5)
  endif()
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/mho-config.cmake.in ${PROJECT_BINARY_DIR}/mho-config.cmake
                              INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mho-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mho-config.cmake ${PROJECT_BINARY_DIR}/mho-config-version.cmake
        DESTINATION ${package_folder} COMPONENT development)

file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/mho.pc.in ${PROJECT_BINARY_DIR}/mho.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/mho.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
# `cpack -G DEB` in the build folder.
set(library_package libmho${PROJECT_VERSION_MAJOR})
set(development_package libmho-dev)
set(program_package mho)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mho)
set(CPACK_PACKAGE_VENDOR mho)
set(CPACK_PACKAGE_CONTACT "the mho project <mho@example.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL library development)
if(MHO_SIM)
  list(APPEND CPACK_COMPONENTS_ALL program)
endif()
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright COMPONENT ${component}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${${component}_package})
endforeach()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
set(own "${library_package} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "massive-MIMO detection: shared library")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME ${development_package})
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "massive-MIMO detection: headers, archives, CMake and pkg-config files")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${own}, libhwy-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libtbb-dev, libfmt-dev, libpng-dev, nlohmann-json3-dev, libliquid-dev")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME ${program_package})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "massive-MIMO detection: link-level simulator")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "${own}")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS gnuplot-nox)
include(CPack)
