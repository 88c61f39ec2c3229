import Foundation
import Testing

@Suite("The Kubernetes base")
struct KubernetesTests {
    @Test("is composed by kustomize", .enabled(if: Tool.kubectl.isInstalled, "kubectl is not installed"))
    func kustomize() throws {
        let verdict = try Tool.kubectl.run(["kustomize", Repository.path("deploy/k8s/base")])
        #expect(verdict.status == 0, "\(verdict.output)")
        let kinds = verdict.output.matches(of: /(?m)^kind: (\w+)$/).map { String($0.output.1) }
        #expect(kinds.sorted() == ["ConfigMap", "Deployment", "Service"])
        let digested = verdict.output.matches(of: /(?m)name: arb1d-[a-z0-9]{10}$/)
        #expect(digested.count == 2, "The pod and the map agree on a name that follows the content.")
    }

    @Test("asks each probe its own question, on the named port")
    func probes() throws {
        let text = try Repository.text("deploy/k8s/base/deployment.yaml")
        for (probe, path) in [("startup", "/startupz"), ("liveness", "/livez"), ("readiness", "/readyz")] {
            let question = "\(probe)Probe:\n            httpGet: {path: \(path), port: http}\n"
            #expect(text.contains(question), "\(probe)")
        }
        #expect(text.contains("containerPort: 5000"))
    }

    @Test("keeps the environment of arb1d free of what a Service of its name would put there")
    func serviceLinks() throws {
        #expect(try Repository.text("deploy/k8s/base/deployment.yaml").contains("enableServiceLinks: false"))
    }

    @Test("gives the pod no more rights than it needs")
    func rights() throws {
        let text = try Repository.text("deploy/k8s/base/deployment.yaml")
        let expected = [
            "runAsNonRoot: true", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]",
            "automountServiceAccountToken: false", "type: RuntimeDefault",
        ]
        for line in expected { #expect(text.contains(line), "\(line)") }
    }
}

@Suite("The image")
struct ImageTests {
    let lines: [String]

    init() throws {
        self.lines = try Repository.text("deploy/docker/Dockerfile").split(separator: "\n").map(String.init)
    }

    @Test("runs as the user of the Kubernetes base, and not as root")
    func user() throws {
        #expect(self.lines.contains("USER 10001:10001"))
        let pod = try Repository.text("deploy/k8s/base/deployment.yaml")
        #expect(pod.contains("runAsUser: 10001") && pod.contains("runAsGroup: 10001"))
    }

    @Test("takes its builder and its base by argument, and builds in two stages")
    func stages() {
        let stages = self.lines.filter { $0.hasPrefix("FROM ") }
        #expect(stages == ["FROM ${BUILDER} AS build", "FROM ${RUNTIME} AS runtime"])
    }

    @Test("listens on all addresses, on the port that it exposes")
    func port() {
        #expect(self.lines.contains("ENV ARB1D_LISTEN=0.0.0.0:5000"))
        #expect(self.lines.contains("EXPOSE 5000"))
    }

    @Test("is told everything that the build reads, and nothing else")
    func context() throws {
        let text = try Repository.text("deploy/docker/Dockerfile.dockerignore")
        let ignored = text.split(separator: "\n").map(String.init)
        #expect(ignored.contains("*"))
        let copied = self.lines.filter { $0.hasPrefix("COPY ") && !$0.contains("--from=") }
            .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
        #expect(Set(copied) == Set(ignored.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }))
    }
}
