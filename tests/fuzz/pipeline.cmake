rtmpscope_fuzzer(pipeline
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/pipeline.cpp
  DEPENDS rtmpscope_pipeline rtmpscope_output_factory)
