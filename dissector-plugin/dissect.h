// The two calls that Wireshark makes at its start, once each and in this order.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Fields, expert items, preferences.
void rtmpscope_register(void);
/// Where the dissectors are called from.
void rtmpscope_hand_off(void);

#ifdef __cplusplus
}
#endif
