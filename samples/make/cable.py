"""A cable between two interfaces of this namespace: every frame is carried after a delay.

usage: cable.py LEFT RIGHT MILLISECONDS [vlan=ID] [drop=N] [lose=N] [late=N]

  vlan  the right interface is a trunk: what goes there is tagged, what comes from there is not tagged any more
        (the kernel takes the tag off before a packet socket sees the frame)
  drop  every Nth frame with TCP data is lost
  lose  the Nth frame with TCP data is lost, and no other
  late  every Nth frame with TCP data takes 15 ms longer, so that others overtake it
"""

import heapq
import select
import socket
import sys
import time

left, right, delay = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
options = dict(word.split("=") for word in sys.argv[4:])
tag = b"\x81\x00" + int(options["vlan"]).to_bytes(2, "big") if "vlan" in options else b""
drop, lose, late = (int(options.get(word, 0)) for word in ("drop", "lose", "late"))
ends = []
for device in (left, right):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    end.bind((device, 0))
    ends.append(end)
print("ready", flush=True)

on_the_way = []
count = with_data = 0
while True:
    wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
    for end in select.select(ends, [], [], wait)[0]:
        frame, sender = end.recvfrom(65536)
        if sender[2] == socket.PACKET_OUTGOING:
            continue  # our own copy of what was just sent here
        extra = 0
        if len(frame) > 100 and frame[12:14] == b"\x08\x00" and frame[23] == 6:
            with_data += 1
            if (drop and with_data % drop == 0) or with_data == lose:
                continue
            extra = 0.015 if late and with_data % late == 0 else 0
        if tag and end is ends[0]:
            frame = frame[:12] + tag + frame[12:]
        count += 1  # keeps frames of the same instant in their order
        heapq.heappush(on_the_way, (time.monotonic() + delay + extra, count, ends[1 - ends.index(end)], frame))
    while on_the_way and on_the_way[0][0] <= time.monotonic():
        _, _, end, frame = heapq.heappop(on_the_way)
        try:
            end.send(frame)
        except OSError:
            pass  # the far end is gone, or the frame is larger than it takes: a cable does not tell
