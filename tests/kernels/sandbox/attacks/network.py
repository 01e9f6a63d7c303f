"""Whom it could reach. See `probes`."""

# a probe uses the calls that an attack would use, and not always what is planted
# ruff: noqa: ARG001, TID251

from __future__ import annotations

import os
import socket

from tests.kernels.sandbox.attacks.probes import Planted, attack, opens


@attack("N01", "a service on the loopback of the machine", plain=True)
def _(planted: Planted) -> object:
    with socket.create_connection(("127.0.0.1", planted["tcp"]), timeout=2) as client:
        return client.recv(200)


@attack("N02", "a datagram to the loopback of the machine", plain=True)
def _(planted: Planted) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.sendto(b"?", ("127.0.0.1", planted["udp"]))
        return client.recv(200)


@attack("N04", "an interface that leads outside")
def _(planted: Planted) -> object:
    return any(name != "lo" for _, name in socket.if_nameindex())


@attack("N05", "an abstract socket of the machine", plain=True)
def _(planted: Planted) -> object:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + planted["abstract"])
        return client.recv(200)


@attack("N06", "a service's socket in a folder: docker's, D-Bus's, another kernel's", plain=True)
def _(planted: Planted) -> object:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(planted["base"] + "/service.sock")
        return client.recv(200)


@attack("N07", "the same from one end of a pair, which needs no new socket", plain=True)
def _(planted: Planted) -> object:
    mine, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return mine.sendto(b"?", planted["base"] + "/datagrams.sock") == 1


@attack("N09", "a socket to the machine that this one runs on")
def _(planted: Planted) -> object:
    socket.socket(socket.AF_VSOCK).close()
    return True


@attack("N10", "raw, packet, crypto and other rare families of sockets")
def _(planted: Planted) -> object:
    made = []
    for family, kind in ((17, 3), (38, 5), (31, 3), (29, 3), (44, 3), (30, 5), (2, 3), (16, 3)):
        try:
            socket.socket(family, kind, 9 if family == 16 else 0).close()
            made.append(family)
        except OSError:
            continue
    return bool(made)


@attack("N10b", "netlink beyond what a program needs to name its addresses", plain=True)
def _(planted: Planted) -> object:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16).close()
    return True


@attack("N11", "the network namespace of another process", plain=True)
def _(planted: Planted) -> object:
    return opens(f"/proc/{planted['decoy']}/ns/net", os.O_RDONLY)


@attack("N12", "a tunnel device", only=("bubblewrap",))
def _(planted: Planted) -> object:
    return os.access("/dev/net/tun", os.W_OK)


@attack("N13", "the agent that holds the user's keys", plain=True)
def _(planted: Planted) -> object:
    return "SSH_AUTH_SOCK" in os.environ
