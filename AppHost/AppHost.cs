Console.WriteLine("The engine is being built.");
