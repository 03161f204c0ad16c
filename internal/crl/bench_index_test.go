package crl

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
)

func BenchmarkOpen(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		index := indexOf(b, list)
		data, serials := index.Bytes(), serialsOf(index)
		keys := make([][20]byte, len(serials))
		for i, serial := range serials {
			serial.FillBytes(keys[i][:])
		}
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err := OpenIndex(data)
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("map20/%d", n), func(b *testing.B) {
			for b.Loop() {
				revoked := make(map[[20]byte]struct{}, len(keys))
				for _, key := range keys {
					revoked[key] = struct{}{}
				}
			}
		})
		b.Run(fmt.Sprintf("mapstring/%d", n), func(b *testing.B) {
			for b.Loop() {
				revoked := make(map[string]struct{}, len(keys))
				for _, serial := range serials {
					revoked[string(serial.Bytes())] = struct{}{}
				}
			}
		})
	}
}

func indexOf(tb testing.TB, list *bigList) *Index {
	tb.Helper()
	l, builder, err := Parse(list.der)
	if err != nil {
		tb.Fatal(err)
	}
	index, err := builder.Build(l, list.issuer)
	if err != nil {
		tb.Fatal(err)
	}
	return index
}

func serialsOf(index *Index) []*big.Int {
	var serials []*big.Int
	for serial := range index.All() {
		serials = append(serials, serial)
	}
	return serials
}

func BenchmarkFind(b *testing.B) {
	for _, n := range benchSizes {
		list := makeBigList(b, n)
		index := indexOf(b, list)
		serials := serialsOf(index)
		byKey, byString := map[[20]byte]struct{}{}, map[string]struct{}{}
		for _, serial := range serials {
			byKey[[20]byte(serial.FillBytes(make([]byte, 20)))] = struct{}{}
			byString[string(serial.Bytes())] = struct{}{}
		}
		asked := make([]*big.Int, n) // in memory one behind the other, as a caller's number is at hand
		for i, place := range rand.New(rand.NewPCG(3, 4)).Perm(n) {
			asked[i] = new(big.Int).Set(serials[place])
		}
		b.Run(fmt.Sprintf("sekisho/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, found := index.Find(asked[i%n])
				if !found {
					b.Fatal("not found")
				}
			}
		})
		b.Run(fmt.Sprintf("map20/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var key [20]byte
				asked[i%n].FillBytes(key[:])
				_, found := byKey[key]
				if !found {
					b.Fatal("not found")
				}
			}
		})
		b.Run(fmt.Sprintf("mapstring/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				_, found := byString[string(asked[i%n].Bytes())]
				if !found {
					b.Fatal("not found")
				}
			}
		})
	}
}
