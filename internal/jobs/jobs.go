// Package jobs runs what a process does beside requests: periodic loops.
package jobs
