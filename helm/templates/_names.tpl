{{/* What things are called and labelled. */}}

{{- define "attest.name" -}}
{{ .root.Release.Name }}-{{ .part }}
{{- end -}}

{{/* What the selectors go by: never changed between versions. */}}
{{- define "attest.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "attest.labels" -}}
{{ include "attest.selector" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Name, namespace and labels of a part's object. */}}
{{- define "attest.metadata" -}}
name: {{ include "attest.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "attest.labels" . | nindent 2 }}
{{- end -}}

{{- define "attest.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The host of baseUrl, without its port. */}}
{{- define "attest.host" -}}
{{ (urlParse .Values.baseUrl).hostname }}
{{- end -}}
