{{/* What every pod and container of ours has alike: the restricted Pod Security Standard, SEC-90. */}}

{{- define "attest.pod" -}}
serviceAccountName: {{ include "attest.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "attest.locked" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "attest.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "attest.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}

{{/* Over nodes, then over zones; a cluster of one node is no reason to wait. */}}
{{- define "attest.spread" -}}
topologySpreadConstraints:
  {{- $selector := include "attest.selector" . }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end -}}

{{/*
A new pod counts only when it has reached all it works with; one that serves stays in the Service while a
part that all of them share is away, for its pages say so better than an empty Service does.
*/}}
{{- define "attest.probes" -}}
startupProbe:
  httpGet: { path: /readyz, port: health }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /healthz, port: health }
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  httpGet: { path: /healthz, port: health }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{/*
Serves on while the cluster learns that it is going, then what has begun ends, then what it has to tell of
itself is sent (ten seconds at most), then it is killed.
*/}}
{{- define "attest.grace" -}}
{{ add .drain .stop 15 }}
{{- end -}}

{{- define "attest.disruption" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "attest.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "attest.selector" . | nindent 6 }}
{{- end -}}
