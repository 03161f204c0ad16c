// Package settings is the one typed configuration of the local twin, the
// functions and the deployed stack, and the environment variables through
// which the functions get their part of it.
//
// It decodes strictly and reports everything that is wrong at once, each
// problem with its key and with what to do. It opens no file and reads no
// clock; whoever uses it brings both.
package settings
