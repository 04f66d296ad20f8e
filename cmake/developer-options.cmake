# Options that only developers of rtmpscope need: warnings as errors, sanitizers, fuzzing instrumentation.
# A packager who configures without RTMPSCOPE_DEVELOPER gets none of them.

add_library(rtmpscope_options INTERFACE)

if(RTMPSCOPE_DEVELOPER)
  target_compile_options(rtmpscope_options INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wpedantic $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<BOOL:${RTMPSCOPE_WARNINGS_ARE_ERRORS}>:-Werror>)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Nobody replaces single functions when the program starts: position-independent code may be inlined, as by Clang.
  target_compile_options(rtmpscope_options INTERFACE -fno-semantic-interposition)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in its own std::string (GCC bug 105651).
  target_compile_options(rtmpscope_options INTERFACE -Wno-restrict)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of libstdc++ 12 calls what C++17 has deprecated; clang 19 sees it from our calls.
  target_compile_options(rtmpscope_options INTERFACE -Wno-deprecated-declarations)
endif()

if(RTMPSCOPE_SANITIZE)
  target_compile_options(rtmpscope_options INTERFACE
    -fsanitize=${RTMPSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rtmpscope_options INTERFACE -fsanitize=${RTMPSCOPE_SANITIZE})
endif()

if(RTMPSCOPE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Instrumented code confuses this warning, as the manual of g++ says of -fsanitize.
  target_compile_options(rtmpscope_options INTERFACE -Wno-maybe-uninitialized)
endif()

if(RTMPSCOPE_FUZZ)
  target_compile_options(rtmpscope_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(RTMPSCOPE_PRECOMPILED_HEADERS)
  # Headers of the standard library and of fmt that most files include: half of what a file takes to compile. g++ wants
  # the same definitions wherever they are used, so that all folders get those of fmt.
  find_package(fmt REQUIRED)
  target_link_libraries(rtmpscope_options INTERFACE fmt::fmt)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp "")
  add_library(rtmpscope_precompiled STATIC ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(rtmpscope_precompiled PRIVATE rtmpscope_options)
  target_precompile_headers(rtmpscope_precompiled PRIVATE
    <algorithm> <array> <functional> <map> <memory> <optional> <ranges> <string> <unordered_map> <variant> <vector>
    <fmt/format.h>)
endif()

# Names that a file keeps to itself are those of another file of its folder: where files are compiled together (preset
# run), these are not.
set(rtmpscope_alone
  amf3.cpp audio.cpp document.cpp hevc_sequence.cpp pcapng_blocks.cpp timestamp_estimator.cpp tunnel_connection.cpp)

# rtmpscope_library(NAME SOURCES file... DEPENDS library...)
# One static library per folder of analyzer/. DEPENDS states the allowed include directions: a folder sees the
# headers of what it links and of nothing else.
function(rtmpscope_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(rtmpscope_${name} STATIC ${ARG_SOURCES})
  foreach(source ${ARG_SOURCES})
    if(source IN_LIST rtmpscope_alone)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  target_include_directories(rtmpscope_${name} PUBLIC ${PROJECT_SOURCE_DIR}/analyzer)
  target_link_libraries(rtmpscope_${name} PUBLIC ${ARG_DEPENDS} PRIVATE rtmpscope_options)
  if(RTMPSCOPE_PRECOMPILED_HEADERS)
    target_precompile_headers(rtmpscope_${name} REUSE_FROM rtmpscope_precompiled)
  endif()
endfunction()

# rtmpscope_test(NAME SOURCES file... DEPENDS library...)
function(rtmpscope_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} rtmpscope_options GTest::gmock GTest::gtest_main)
  # What is tested is optimised; the tests themselves take a third of the time to compile without.
  target_compile_options(${name} PRIVATE -O0)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit)
endfunction()
