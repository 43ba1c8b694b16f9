import Lab

/// The spec of the cluster that a lab's machines become.
enum LabSpec {
    static let clusterName = "lab"

    static func yaml(_ lab: LabDescription, variant: String) -> String {
        let nodes = lab.nodes.map { node in
            """
                - name: \(node.name)
                  role: \(node.role)
                  match: {mac: "\(node.mac)", uuid: "\(node.uuid)"}
                  address: \(node.address)
                  disk: {wwid: "\(node.diskWWID)"}
            """
        }
        let provisioning = lab.provisioning
        return """
            apiVersion: bootstrap.cozystack.io/v1alpha1
            kind: ManagementCluster
            metadata:
              name: \(clusterName)
            spec:
              variant: \(variant)
              release: \(lab.release)
              endpoint: https://\(lab.vip):6443
              vip: \(lab.vip)
              networks:
                node: {subnet: \(lab.subnet), gateway: \(lab.gateway)}
              boot:
                mode: dhcp
                address: \(provisioning.address)
                http: {listen: "\(provisioning.address):\(provisioning.httpPort)"}
                ports: {dhcp: \(provisioning.dhcpPort), proxy: \(provisioning.proxyPort), tftp: \(provisioning.tftpPort)}
                unknownMachines: hold
              delivery: {method: pull}
              source:
                url: \(lab.source)
                digest: \(lab.sourceDigest)
                insecure: true
              mirrors:
                files: {"https://": "\(lab.files)"}
              platform:
                values:
                  publishing:
                    host: lab.example.org
                    apiServerEndpoint: https://\(lab.vip):6443
              nodes:
            \(nodes.joined(separator: "\n"))

            """
    }
}
