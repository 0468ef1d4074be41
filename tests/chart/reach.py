"""Who reaches whom under the rendered NetworkPolicies: enough of their meaning to answer for one chart.

A place is an address outside the cluster (`Address`) or a pod in it (`Pod`), with a port.
"""

import dataclasses
import ipaddress


@dataclasses.dataclass(frozen=True)
class Address:
    ip: str


@dataclasses.dataclass
class Pod:
    namespace: str
    labels: dict


def reaches(objects, source, target, port, protocol="TCP"):
    """Whether traffic from `source` to `port` of `target` is let out and let in."""
    return _side(objects, source, "Egress", "egress", "to", target, port, protocol) and _side(
        objects, target, "Ingress", "ingress", "from", source, port, protocol
    )


def _side(objects, subject, kind, rules, peers, other, port, protocol):
    if isinstance(subject, Address) or subject.namespace != "attest":
        return True  # no policy of ours holds it
    held = [
        policy["spec"]
        for policy in objects.of("NetworkPolicy")
        if _selected(policy["spec"]["podSelector"], subject.labels) and kind in policy["spec"]["policyTypes"]
    ]
    return not held or any(
        _peer(rule.get(peers), other) and _port(rule.get("ports"), port, protocol)
        for policy in held
        for rule in policy.get(rules) or []
    )


def _selected(selector, labels):
    if "matchExpressions" in selector:
        raise NotImplementedError("matchExpressions")
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())


def _peer(peers, other):
    return not peers or any(_matches(peer, other) for peer in peers)


def _matches(peer, other):
    if "ipBlock" in peer:
        if not isinstance(other, Address):
            return False
        block = peer["ipBlock"]
        return _inside(other, block["cidr"]) and not any(_inside(other, cidr) for cidr in block.get("except", []))
    if not isinstance(other, Pod):
        return False
    if "namespaceSelector" in peer:
        here = _selected(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace})
    else:
        here = other.namespace == "attest"
    return here and _selected(peer.get("podSelector", {}), other.labels)


def _inside(address, cidr):
    ip, network = ipaddress.ip_address(address.ip), ipaddress.ip_network(cidr)
    return ip.version == network.version and ip in network


def _port(ports, port, protocol):
    return not ports or any(p.get("protocol", "TCP") == protocol and p.get("port", port) == port for p in ports)
