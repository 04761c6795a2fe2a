module alcatraz

go 1.26.8

require github.com/hoophq/alcatraz v0.23.0
