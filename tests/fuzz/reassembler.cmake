rtmpscope_fuzzer(reassembler
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/reassembler.cpp
  DEPENDS rtmpscope_net)
