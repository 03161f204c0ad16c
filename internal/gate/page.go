package gate

import (
	"fmt"
	"net/http"
	"strings"
)

// page is what a person reads who is not let in. It says what to do and is the
// same for everybody: nothing of the request or of the certificate is in it.
type page struct {
	title, text string
	advice      []string
}

// pages are by language and status.
func pages() map[language]map[int]page {
	return map[language]map[int]page{
		english: {
			http.StatusUnauthorized: {
				"A certificate is needed here",
				"This page is for devices that hold a client certificate, and your browser presented none.",
				[]string{
					"Close all windows of the browser and open this page again. When the browser asks for a certificate, choose yours.",
					"If it does not ask, there is no certificate on this device. Ask your administrator for one.",
				},
			},
			http.StatusForbidden: {
				"Your certificate is not accepted here",
				"It may have expired or been revoked, or it is meant for something else.",
				[]string{
					"If you have another certificate, close all windows of the browser, open this page again and choose that one.",
					"Otherwise ask your administrator, and say when you tried.",
				},
			},
			http.StatusServiceUnavailable: {
				"Please try again in a moment",
				"Just now it cannot be checked whether certificates are still valid, so nobody is let in. Nothing is wrong with your device.",
				[]string{
					"Wait a minute and load this page again.",
					"If this goes on, tell your administrator, and say when you tried.",
				},
			},
		},
		japanese: {
			http.StatusUnauthorized: {
				"クライアント証明書が必要です",
				"このページは、クライアント証明書を持つ端末だけが利用できます。ブラウザーから証明書が提示されませんでした。",
				[]string{
					"ブラウザーのウィンドウをすべて閉じてから、もう一度このページを開いてください。証明書を尋ねられたら、ご自分のものを選んでください。",
					"尋ねられない場合は、この端末に証明書が入っていません。管理者に発行を依頼してください。",
				},
			},
			http.StatusForbidden: {
				"この証明書では利用できません",
				"有効期限が切れているか、失効しているか、別の用途の証明書である可能性があります。",
				[]string{
					"ほかの証明書をお持ちの場合は、ブラウザーのウィンドウをすべて閉じてから、もう一度このページを開き、その証明書を選んでください。",
					"お持ちでない場合は、試した日時を添えて管理者にお問い合わせください。",
				},
			},
			http.StatusServiceUnavailable: {
				"しばらくしてからもう一度お試しください",
				"証明書が有効かどうかを現在確認できないため、どなたもご利用いただけません。お使いの端末の問題ではありません。",
				[]string{
					"一分ほど待ってから、このページを読み込み直してください。",
					"続く場合は、試した日時を添えて管理者にお知らせください。",
				},
			},
		},
	}
}

// writePage answers a person who is not let in.
func writePage(w http.ResponseWriter, status int, lang language) {
	p := pages()[lang][status]
	writeFrame(w, status, lang, p.title, p.text, "<ol>\n<li>"+strings.Join(p.advice, "</li>\n<li>")+"</li>\n</ol>")
}

// writeFrame answers a browser; body is HTML. The page loads nothing and can be
// shown nowhere but in a window of its own.
func writeFrame(w http.ResponseWriter, status int, lang language, title, text, body string) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", string(lang))
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, pageFrame, lang, title, title, text, body) // whoever asked has left otherwise
}

// pageFrame takes language, title, title, text and body.
const pageFrame = `<!DOCTYPE html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.4rem; line-height: 1.3; }
li { margin: .6rem 0; }
dt { opacity: .7; }
dd { margin: 0 0 .75rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>%s</h1>
<p>%s</p>
%s
</main>
</body>
</html>
`
