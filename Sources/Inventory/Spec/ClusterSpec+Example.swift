extension ClusterSpec {
    /// A `cluster.yaml` that validates and holds every key, with what each means.
    package static let exampleYAML = """
        # A Cozystack management cluster of three machines. Check your own with: cozy-bootstrap spec validate cluster.yaml
        apiVersion: bootstrap.cozystack.io/v1alpha1
        kind: ManagementCluster
        metadata:
          name: cozy
        spec:
          # What to install. cozy-bootstrap plan VARIANT shows what is in it.
          variant: isp-full
          release: v1.6.2

          # The Kubernetes API. The VIP moves between the control planes; without endpoint it is https://<vip>:6443.
          endpoint: https://10.0.0.10:6443
          vip: 10.0.0.10

          networks:
            node:
              subnet: 10.0.0.0/24
              gateway: 10.0.0.1
            # The following are the defaults. They must not overlap each other nor the node network.
            pod:
              subnet: 10.244.0.0/16
              gateway: 10.244.0.1
            service:
              subnet: 10.96.0.0/16
            join:
              subnet: 100.64.0.0/16
            domain: cozy.local
            dns: [10.0.0.1, 1.1.1.1]
            ntp: [time.cloudflare.com]

          boot:
            # proxy: beside your DHCP server, which hands out the addresses. dhcp: be the DHCP server of this network.
            # off: your DHCP server points to this host.
            mode: dhcp
            # The interface and the address of this host in the nodes' network; one of them is enough.
            interface: eth0
            address: 10.0.0.2
            # For machines that are no nodes yet (mode dhcp).
            ranges: [10.0.0.200-10.0.0.219]
            http:
              listen: 0.0.0.0:8080
            ports: {dhcp: 67, proxy: 4011, tftp: 69}
            bootloaders: /usr/lib/ipxe
            # hold: keep unknown machines waiting for your decision. ignore: do not answer them. Neither installs them.
            unknownMachines: hold
            kernelArguments: ["console=tty0", "console=ttyS0"]

          delivery:
            # pull: each node fetches its config once, with a token. push: it is applied over the maintenance API, whose
            # key is the one in the node's kernel log (kernel-log) or the first one seen (first-use).
            method: pull
            trust: kernel-log
            kernelLogPort: 6050

          nodes:
          - name: node-1
            role: control-plane
            # One of these is enough; what is given must all fit.
            match:
              mac: 52:54:00:aa:bb:01
              uuid: 4c4c4544-0042-3510-8053-b4c04f4e4d32
              serial: 7XK2V53
            address: 10.0.0.11
            # This disk is wiped. Device names change from boot to boot, so name it by its WWID or serial number.
            disk:
              wwid: naa.5000c500a0b1c2d3
            bmc:
              address: 10.0.1.11
              protocol: redfish
              username: admin
              passwordFile: /etc/cozy-bootstrap/bmc-node-1
            labels:
              topology.kubernetes.io/zone: rack-1
            # Parts of a Talos machine config that are merged into this node's.
            patches:
            - machine:
                sysctls:
                  vm.nr_hugepages: "1024"
          - name: node-2
            role: control-plane
            match: {mac: "52:54:00:aa:bb:02"}
            address: 10.0.0.12
            disk: {serial: S5G9NX0T412345}
          - name: node-3
            role: control-plane
            match: {mac: "52:54:00:aa:bb:03"}
            address: 10.0.0.13
            disk: {serial: S5G9NX0T412346}

          # Where the packages come from, if not from the place that the release names: a mirror of the same artifact.
          source:
            url: oci://registry.example.org/cozystack/cozystack-packages
            digest: sha256:251626e80efad3e87561b138e03301d8b63c15a42895359716aa18802b04fed5
            insecure: false

          mirrors:
            # Beginnings of URLs, and what stands in their place.
            files:
              https://github.com/: https://mirror.example.org/github/
            registries:
              docker.io: [https://mirror.gcr.io]

          platform:
            # The values of the platform's Package; networks and endpoint are filled in from above.
            values:
              publishing:
                host: cloud.example.org
              bundles:
                disabledPackages: []

          storage:
            pools:
            - name: data
              backend: zfs
              devices: [/dev/nvme1n1]
              nodes: [node-1, node-2, node-3]
            defaultClass: replicated
            replicas: 3

          loadBalancer:
            pools:
            - name: cozystack
              ranges: [10.0.0.240-10.0.0.250]

          rootTenant:
            host: cloud.example.org
            ingress: true
            monitoring: true
            etcd: true
            seaweedfs: true

        """
}
