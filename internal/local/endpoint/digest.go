package endpoint

import (
	"crypto/md5"  //nolint:gosec // what S3 takes
	"crypto/sha1" //nolint:gosec // what S3 takes
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
)

// checkDigests holds a body against every digest in the header.
func checkDigests(header http.Header, body []byte) error {
	for name, sum := range digests() {
		expected := header.Get(name)
		if expected == "" {
			continue
		}
		sum.Write(body)
		if base64.StdEncoding.EncodeToString(sum.Sum(nil)) != expected {
			return &bodyError{"BadDigest", "the " + name + " you specified did not match what we received"}
		}
	}
	expected := header.Get("X-Amz-Content-Sha256")
	sum := sha256.Sum256(body)
	if len(expected) == hex.EncodedLen(len(sum)) && expected != hex.EncodeToString(sum[:]) {
		return &bodyError{"XAmzContentSHA256Mismatch", "the x-amz-content-sha256 you specified did not match what we received"}
	}
	return nil
}

func digests() map[string]hash.Hash {
	return map[string]hash.Hash{
		"Content-Md5":              md5.New(), //nolint:gosec // what S3 takes
		"X-Amz-Checksum-Crc32":     crc32.NewIEEE(),
		"X-Amz-Checksum-Crc32c":    crc32.New(crc32.MakeTable(crc32.Castagnoli)),
		"X-Amz-Checksum-Crc64nvme": crc64.New(crc64.MakeTable(crc64NVME)),
		"X-Amz-Checksum-Sha1":      sha1.New(), //nolint:gosec // what S3 takes
		"X-Amz-Checksum-Sha256":    sha256.New(),
	}
}

// crc64NVME is the polynomial of CRC-64/NVME, reversed as hash/crc64 wants it.
const crc64NVME = 0x9a6c9329ac4bc9b5
