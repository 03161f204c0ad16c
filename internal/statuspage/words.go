package statuspage

// words are what the page says in one language, by the name that the page has
// for it.
func words(lang language) map[string]string {
	if lang == japanese {
		return japaneseWords()
	}
	return englishWords()
}

func englishWords() map[string]string {
	return map[string]string{
		"title": "Sekisho status", "skip": "Skip to the content", "pause": "Pause updates", "lost": "No news: the status page cannot be reached",
		"at": "As of", "other": "日本語", "otherLang": "ja", "problem": "Something is missing",
		"sources": "Revocation lists", "source": "Source", "issuer": "Issuer", "number": "Number", "updated": "Published", "until": "Good until",
		"life": "Life left", "entries": "Revoked", "enforced": "In force", "decision": "Last decision", "unknown": "not known",
		"stale": "past its date", "yes": "yes", "no": "no", "revocation": "revocation", "none": "None so far.",
		"decisions": "Decisions", "visits": "Handshakes and refusals", "time": "Time (UTC)", "listener": "Listener", "client": "Client",
		"serial": "Serial number", "outcome": "Outcome", "refused": "refused", "admitted": "let in", "nobody": "no certificate",
		"entriesPlot": "Revoked entries", "refusalPlot": "Seconds from revocation to refusal", "figures": "Figures", "seconds": "Seconds",
		"newest": "Last refused:", "scroll": "table, scrolls sideways",
	}
}

func japaneseWords() map[string]string {
	return map[string]string{
		"title": "Sekisho の状態", "skip": "本文へ移動", "pause": "更新を一時停止", "lost": "状態ページに接続できないため、更新されていません",
		"at": "時点", "other": "English", "otherLang": "en", "problem": "一部の情報がありません",
		"sources": "失効リスト", "source": "取得元", "issuer": "発行者", "number": "番号", "updated": "発行日時", "until": "有効期限",
		"life": "残り期間", "entries": "失効件数", "enforced": "適用中", "decision": "直近の判断", "unknown": "不明",
		"stale": "期限切れ", "yes": "はい", "no": "いいえ", "revocation": "失効 ID", "none": "まだありません。",
		"decisions": "判断の履歴", "visits": "接続と拒否", "time": "時刻 (UTC)", "listener": "リスナー", "client": "クライアント",
		"serial": "シリアル番号", "outcome": "結果", "refused": "拒否", "admitted": "許可", "nobody": "証明書なし",
		"entriesPlot": "失効件数の推移", "refusalPlot": "失効から拒否までの秒数", "figures": "数値", "seconds": "秒",
		"newest": "直近の拒否:", "scroll": "横にスクロールする表",
	}
}
