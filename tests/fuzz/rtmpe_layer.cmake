rtmpscope_fuzzer(rtmpe_layer
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/rtmpe_layer.cpp
  DEPENDS rtmpscope_carrier)
target_compile_definitions(fuzz_rtmpe_layer PRIVATE
  RECORDED_HANDSHAKES="${PROJECT_SOURCE_DIR}/tests/unit/rtmp/handshake/data/")
