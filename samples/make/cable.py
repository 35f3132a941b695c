"""A cable between two interfaces of this namespace: every frame is carried after a delay.

usage: cable.py LEFT RIGHT MILLISECONDS
"""

import heapq
import select
import socket
import sys
import time

left, right, delay = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
ends = []
for device in (left, right):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    end.bind((device, 0))
    ends.append(end)
print("ready", flush=True)

on_the_way = []
count = 0
while True:
    wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
    for end in select.select(ends, [], [], wait)[0]:
        frame, sender = end.recvfrom(65536)
        if sender[2] == socket.PACKET_OUTGOING:
            continue  # our own copy of what was just sent here
        count += 1  # keeps frames of the same instant in their order
        heapq.heappush(on_the_way, (time.monotonic() + delay, count, ends[1 - ends.index(end)], frame))
    while on_the_way and on_the_way[0][0] <= time.monotonic():
        _, _, end, frame = heapq.heappop(on_the_way)
        try:
            end.send(frame)
        except OSError:
            pass  # the far end is gone, or the frame is larger than it takes: a cable does not tell
