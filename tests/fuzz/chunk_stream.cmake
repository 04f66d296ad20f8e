rtmpscope_fuzzer(chunk_stream
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/chunk_stream.cpp
  DEPENDS rtmpscope_rtmp_session)
