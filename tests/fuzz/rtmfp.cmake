find_package(OpenSSL REQUIRED)
rtmpscope_fuzzer(rtmfp
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/rtmfp.cpp
  DEPENDS rtmpscope_rtmfp OpenSSL::Crypto)
