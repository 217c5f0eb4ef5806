return Jam.Sessions.Actors.Cluster.Cli.CommandLine.Run(args);
