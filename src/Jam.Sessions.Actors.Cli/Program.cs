return Jam.Sessions.Actors.Cli.CommandLine.Run(args);
