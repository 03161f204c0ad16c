package gate

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
)

// labels are the words around an identity.
type labels struct {
	title, text, subject, issuer, serial, names, until, fingerprint string
}

func labelsIn(lang language) labels {
	if lang == japanese {
		return labels{
			"証明書を確認しました", "あなたのクライアント証明書は有効で、失効していません。",
			"サブジェクト", "発行者", "シリアル番号", "別名", "有効期限", "SHA-256 フィンガープリント",
		}
	}
	return labels{
		"Your certificate is accepted", "It is valid, and it has not been revoked.",
		"Subject", "Issuer", "Serial number", "Other names", "Valid until", "SHA-256 fingerprint",
	}
}

// writeIdentityPage tells a person what a program is told as JSON. What stands
// in a certificate is the CA's text, and may be the client's: it is escaped.
func writeIdentityPage(w http.ResponseWriter, id Identity, lang language) {
	l := labelsIn(lang)
	names := slices.Concat(id.Names.DNS, id.Names.Email, id.Names.URI, id.Names.IP)
	var rows strings.Builder
	for _, row := range [][2]string{
		{l.subject, id.Subject}, {l.issuer, id.Issuer}, {l.serial, id.Serial}, {l.names, strings.Join(names, ", ")},
		{l.until, id.Validity.NotAfter.Format(time.RFC3339)}, {l.fingerprint, id.Fingerprint},
	} {
		if row[1] != "" {
			fmt.Fprintf(&rows, "<dt>%s</dt><dd>%s</dd>\n", row[0], html.EscapeString(row[1]))
		}
	}
	writeFrame(w, http.StatusOK, lang, l.title, l.text, "<dl>\n"+rows.String()+"</dl>")
}
