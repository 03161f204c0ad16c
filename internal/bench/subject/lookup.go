package main

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/crl"
)

// lookupSubjects compare the index with the maps that one would make instead:
// how long it takes until the first question can be asked, and a question.
func lookupSubjects() map[string]subject {
	return map[string]subject{
		"index-load": indexLoad, "index-find": indexFind,
		"map-string-build": mapStringBuild, "map-string-find": mapStringFind,
		"map-array-build": mapArrayBuild, "map-array-find": mapArrayFind,
	}
}

// questions are asked in one repetition of a look-up: the figure is for one.
const questions = 1 << 18

var errLost = errors.New("a serial number of the list was not found")

// indexLoad reads the index from a file and checks it.
func indexLoad(in input, times int) (measure.Sample, error) {
	index, _, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	dir, err := os.MkdirTemp("", "sekisho-bench-")
	if err != nil {
		return measure.Sample{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "index")
	err = os.WriteFile(file, index.Bytes(), 0o600)
	if err != nil {
		return measure.Sample{}, err
	}
	return measure.Repeat(times, func() error {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		_, err = crl.OpenIndex(data)
		return err
	})
}

func indexFind(in input, times int) (measure.Sample, error) {
	index, serials, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	return ask(serials, times, func(serial *big.Int) bool {
		_, found := index.Find(serial)
		return found
	})
}

func mapStringBuild(in input, times int) (measure.Sample, error) {
	_, serials, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	return measure.Repeat(times, func() error {
		if len(stringMap(serials)) != len(serials) {
			return errLost
		}
		return nil
	})
}

func mapStringFind(in input, times int) (measure.Sample, error) {
	_, serials, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	revoked := stringMap(serials)
	return ask(serials, times, func(serial *big.Int) bool {
		_, found := revoked[string(serial.Bytes())]
		return found
	})
}

func mapArrayBuild(in input, times int) (measure.Sample, error) {
	_, serials, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	return measure.Repeat(times, func() error {
		if len(arrayMap(serials)) != len(serials) {
			return errLost
		}
		return nil
	})
}

func mapArrayFind(in input, times int) (measure.Sample, error) {
	_, serials, err := in.index()
	if err != nil {
		return measure.Sample{}, err
	}
	revoked := arrayMap(serials)
	return ask(serials, times, func(serial *big.Int) bool {
		var key [20]byte
		serial.FillBytes(key[:])
		_, found := revoked[key]
		return found
	})
}

// ask asks for serial numbers in no order, all of which are there.
func ask(serials []*big.Int, times int, find func(*big.Int) bool) (measure.Sample, error) {
	asked := make([]*big.Int, questions)
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(serials)) //nolint:gosec // the same questions each time
	for i := range asked {
		asked[i] = new(big.Int).Set(serials[order[i%len(order)]])
	}
	sample, err := measure.Repeat(times, func() error {
		for _, serial := range asked {
			if !find(serial) {
				return errLost
			}
		}
		return nil
	})
	sample.Wall /= questions
	sample.CPU /= questions
	return sample, err
}

func stringMap(serials []*big.Int) map[string]struct{} {
	revoked := make(map[string]struct{}, len(serials))
	for _, serial := range serials {
		revoked[string(serial.Bytes())] = struct{}{}
	}
	return revoked
}

func arrayMap(serials []*big.Int) map[[20]byte]struct{} {
	revoked := make(map[[20]byte]struct{}, len(serials))
	for _, serial := range serials {
		var key [20]byte
		serial.FillBytes(key[:])
		revoked[key] = struct{}{}
	}
	return revoked
}
