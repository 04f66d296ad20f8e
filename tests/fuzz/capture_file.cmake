rtmpscope_fuzzer(capture_file
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/capture_file.cpp
  DEPENDS rtmpscope_capture PkgConfig::ZSTD)
